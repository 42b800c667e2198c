import { capacitySettings } from './capacity-settings.ts';
import { deploymentSettings } from './deployment-settings.ts';

interface Described {
  /** One sentence for the operator, of at most 120 characters. */
  readonly meaning: string;
  /** The stack uses it, and no Lambda receives it. */
  readonly stackOnly?: true;
}

/** A whole number in a range. */
interface WholeSetting extends Described {
  readonly kind: 'whole';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** What is counted, as in "0 to 5 users". */
  readonly unit: string;
  /** What 0 means, where it means more than none. */
  readonly zero?: string;
  /** The least besides 0. */
  readonly leastButZero?: number;
  /** The action of a user that the setting limits. */
  readonly limits?: string;
}

interface FlagSetting extends Described {
  readonly kind: 'flag';
  readonly default: boolean;
}

/** A text of a form of its own; `lib/infra/setting-values.ts` checks each kind. */
interface TextSetting extends Described {
  readonly kind: 'appKey' | 'origins' | 'url' | 'hook' | 'streamArn' | 'secretArn' | 'topicArn';
  readonly default: string;
  /** The form in words. */
  readonly form: string;
}

export type SettingDefinition = WholeSetting | FlagSetting | TextSetting;

const whole = (byDefault: number, min: number, max: number, unit: string) =>
  ({ kind: 'whole', default: byDefault, min, max, unit }) as const;

const limit = (byDefault: number, max: number, unit: string) =>
  ({ ...whole(byDefault, 0, max, unit), zero: 'no limit' }) as const;

const perMinute = <Action extends string>(limits: Action, byDefault: number) =>
  ({ ...limit(byDefault, 100_000, 'a minute'), limits }) as const;

const flag = (byDefault: boolean) => ({ kind: 'flag', default: byDefault }) as const;

/**
 * Every setting of a deployment, once. The types, the checks at deployment, the names that the command line takes, the
 * table in docs/settings.md and the settings of the tests come from here. Lambdas receive the values as JSON in
 * `SETTINGS` and import only the types, so that no bundle carries the sentences.
 */
export const settingDefinitions = {
  // KICK-30S
  offlineGraceMs: {
    ...whole(30_000, 0, 86_400_000, 'ms'),
    meaning: 'The next message evicts a member who has been offline for longer.',
  },
  // KICK-31ST
  offlineMessageLimit: {
    ...whole(31, 1, 1_000_000, 'messages'),
    meaning: 'Which message evicts an offline member, counted from when they went offline.',
  },
  maxAllowlistedUsers: { ...whole(5, 0, 1_000, 'users'), meaning: 'How many users of one room can be allowlisted.' },
  membersOnlySend: { ...flag(true), meaning: 'Only members can send to a room.' },
  multipleRooms: {
    ...flag(false),
    meaning: 'A user can be in several rooms at once; if false, joining a room leaves the previous one.',
  },
  leaveEndsAllDevices: {
    ...flag(false),
    meaning: 'A leave on one device ends the membership on all devices of the user.',
  },
  historyRetentionDays: { ...whole(60, 1, 3_650, 'days'), meaning: 'How long messages are kept.' },
  // The row that counts them grows with each.
  sendsPerSecond: { ...whole(5, 1, 200, 'a second'), meaning: 'Messages that one user sends, in all rooms together.' },
  signalsPerSecond: {
    ...({ ...limit(2, 200, 'a second'), limits: 'signal' } as const),
    meaning: 'Signals that one user sends, in all rooms together.',
  },
  joinsPerMinute: { ...perMinute('join', 60), meaning: 'Joins and resumes of one user, in all rooms together.' },
  newRoomsPerMinute: { ...perMinute('newRoom', 10), meaning: 'Joins of one user that create a room.' },
  leavesPerMinute: { ...perMinute('leave', 60), meaning: 'Leaves of one user.' },
  historyReadsPerMinute: {
    ...perMinute('history', 120),
    meaning: 'Pages of messages and of entries that one user reads.',
  },
  repairsPerMinute: {
    ...perMinute('repair', 300),
    meaning: 'Requests of one user for missing messages or for the outcome of a send.',
  },
  attributeChangesPerMinute: {
    ...perMinute('entries', 120),
    meaning: 'Entries that one user sets or removes; each key counts.',
  },
  recallsPerMinute: { ...perMinute('recall', 60), meaning: 'Messages that one user recalls.' },
  infoReadsPerMinute: {
    ...perMinute('info', 30),
    meaning: 'How often one user asks how many members a room has and who they are.',
  },
  pingsPerMinute: { ...perMinute('ping', 60), meaning: 'Pings of one user.' },
  connectsPerMinute: { ...perMinute('connect', 30), meaning: 'Connections that one user opens.' },
  maxRoomsPerConnection: {
    ...limit(100, 1_000, 'rooms'),
    meaning: 'How many rooms one connection can be in, with `multipleRooms`.',
  },
  maxConnectionsPerUser: {
    ...limit(10, 1_000, 'connections'),
    meaning: 'How many connections one user can have; opening one more closes the oldest.',
  },
  roomMessageQuota: {
    ...limit(40, 10_000, 'messages in 200 ms'),
    meaning: 'How many messages from clients a room accepts in 200 ms.',
  },
  postsPerSecond: {
    ...whole(8_000, 1, 1_000_000, 'a second'),
    meaning: "Frames that all rooms together post; API Gateway's limit of an account is 10,000 requests a second.",
  },
  maxEntriesPerRoom: {
    ...whole(100, 1, 1_000, 'entries'),
    meaning: 'How many entries, which are key-value pairs, a room holds.',
  },
  destroyAfterMin: {
    ...whole(60, 60, 10_080, 'min'),
    meaning: 'How long a room lives without joins, leaves and messages, unless it has its own time.',
  },
  maxKeptRooms: { ...whole(5, 0, 1_000, 'rooms'), meaning: 'How many rooms can be exempt from automatic destruction.' },
  roomMemberLimit: {
    ...limit(0, 1_000_000, 'members'),
    meaning: 'How many members a room can have; with a limit, each new join reads the member list.',
  },
  realTimeKickOut: {
    ...flag(false),
    meaning: 'Members without a connection are evicted even when nobody sends, unless a room says otherwise.',
  },
  // Past the end of its lease a connection has been silent for 150 s at least: a longer grace would need another sweep.
  realTimeGraceMs: {
    ...whole(60_000, 0, 140_000, 'ms'),
    meaning: 'How long a member must have been without a connection before `realTimeKickOut` evicts them.',
  },
  oneDevicePerPlatform: {
    ...flag(true),
    meaning: 'Connecting on a second device of one platform closes the connection of the first.',
  },
  refuseSecondLogin: {
    ...flag(false),
    meaning:
      'With `oneDevicePerPlatform`: connecting on a second device of one platform is refused while the first is connected.',
  },
  multiLoginSync: {
    ...flag(false),
    meaning: "A user's other devices are notified of the user's joins and leaves.",
  },
  notifyMemberChanges: {
    ...flag(false),
    meaning: 'Members are notified of who joins and whose membership ends.',
  },
  memberProfiles: {
    ...flag(false),
    meaning:
      'Notices of joins and ends and lists of members have the name and the picture of the users, by their tokens.',
  },
  webhookUrl: {
    ...{ kind: 'url', default: '', form: 'https, or http on this machine' },
    meaning: 'Where events are posted; empty for nowhere. Only the Lambda that posts them receives it.',
  },
  presenceDelayMs: {
    ...({ ...whole(0, 0, 600_000, 'ms'), zero: 'no such events', leastButZero: 1_000 } as const),
    meaning: 'How long a user must be online or offline before the webhook gets an event of it; needs `webhookUrl`.',
  },
  messageHook: {
    ...{ kind: 'hook', default: '', form: 'https, ARN of a Lambda, or http on this machine' },
    meaning: "What is asked before a client's message is accepted; empty for nothing. Only one Lambda receives it.",
  },
  // A client waits 10 s for an answer, and the Lambda has 29 s for all of a message.
  messageHookTimeoutMs: {
    ...whole(2_000, 100, 5_000, 'ms'),
    meaning: 'How long `messageHook` may take, its connection included.',
  },
  acceptIfHookFails: {
    ...flag(true),
    meaning: 'A message is accepted where `messageHook` fails or is late; if false, it is refused.',
  },
  appKey: {
    ...{ kind: 'appKey', default: 'doorman', form: '1 to 64 letters, digits, _ or -' },
    meaning: "The application's public name. A new one invalidates tokens and signatures; the app secret stays.",
  },
  tokenLifeSec: { ...whole(86_400, 1, 31_536_000, 's'), meaning: 'How long a token opens connections.' },
  allowedOrigins: {
    ...{ kind: 'origins', default: '', form: 'origins separated by commas' },
    meaning: 'Web origins that can connect; empty for all.',
  },
  serverApiCallsPerSec: { ...limit(100, 10_000, 'a second'), meaning: 'Calls of one path of the server API.' },
  signatureMaxAgeSec: {
    ...whole(0, 0, 86_400, 's'),
    zero: 'any age',
    meaning: "How old a signature in RongCloud's form can be; RongCloud's Node SDK needs 0.",
  },
  singleUseNonces: { ...flag(false), meaning: "A nonce of a signature in RongCloud's form works once." },
  strongSignaturesOnly: { ...flag(false), meaning: "Only signatures in Doorman's own form are accepted." },
  leanPosts: {
    ...flag(true),
    meaning: 'Posts to connections go through a lean HTTP client; if false, through the AWS SDK.',
  },
  connectionLifeMs: {
    ...whole(7_500_000, 1_000, 86_400_000, 'ms'),
    meaning: "How long a connection's row is kept; must be longer than API Gateway's two hours.",
  },
  ...deploymentSettings,
  ...capacitySettings,
} as const satisfies Readonly<Record<string, SettingDefinition>>;

type Definitions = typeof settingDefinitions;

export type SettingName = keyof Definitions;

type ValueOf<Kind> = Kind extends 'whole' ? number : Kind extends 'flag' ? boolean : string;

/** What an operator can choose. */
export type DeploymentSettings = { readonly [Name in SettingName]: ValueOf<Definitions[Name]['kind']> };

type StackOnly = {
  [Name in SettingName]: Definitions[Name] extends { readonly stackOnly: true } ? Name : never;
}[SettingName];

/** These addresses can hold a key, so only the Lambda that calls one receives it. */
type Address = 'webhookUrl' | 'messageHook';

/** What every Lambda receives. */
export type Settings = Omit<DeploymentSettings, Address | StackOnly>;

type LimitedBy<Definition> = Definition extends { readonly limits: infer Action extends string } ? Action : never;

/** For each action that a setting limits per minute, the name of that setting. */
export type SettingOfAction = { readonly [Name in SettingName as LimitedBy<Definitions[Name]>]: Name };

/** In the order in which they are documented. */
export const settingNames = Object.keys(settingDefinitions) as readonly SettingName[];

/** All settings, each with the value that `read` returns for it. */
export const mapSettings = (
  read: (name: SettingName, definition: SettingDefinition) => string | number | boolean,
): DeploymentSettings =>
  Object.fromEntries(
    settingNames.map((name) => [name, read(name, settingDefinitions[name])]),
  ) as unknown as DeploymentSettings;

/** The part that every Lambda receives. */
export const settingsOfLambdas = (settings: DeploymentSettings): Settings => {
  const isAddress = (name: SettingName) => name === 'webhookUrl' || name === 'messageHook';
  const isReceived = (name: SettingName) => !isAddress(name) && !('stackOnly' in settingDefinitions[name]);
  return Object.fromEntries(
    settingNames.filter(isReceived).map((name) => [name, settings[name]]),
  ) as unknown as Settings;
};

/** The settings of a deployment that chooses nothing. */
export const defaultSettings = mapSettings((_name, definition) => definition.default);
