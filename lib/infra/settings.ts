import { type RawValue, readAppKey, readFlag, readOrigins, readUrl, readWhole, refuse } from './setting-values.ts';

/** What an operator may choose at deployment; every Lambda receives it as JSON in `SETTINGS`, but for `webhookUrl`. */
export interface Settings {
  /** How long a member may be offline before the next message puts him out. Default 30,000. */
  readonly offlineGraceMs: number;
  /** The message since he went offline that puts a member out. Default 31, so that 30 are tolerated. */
  readonly offlineMessageLimit: number;
  /** How many users of one room can be protected from being put out. Default 5. */
  readonly maxAllowlistedUsers: number;
  /** Whether only members may send to a room. Default true. */
  readonly membersOnlySend: boolean;
  /** Whether a user may be in several rooms at once; else joining one leaves the former. Default false. */
  readonly multipleRooms: boolean;
  /** Whether leaving on one device takes all devices of the user out. Default false. */
  readonly leaveEndsAllDevices: boolean;
  /** How many days messages are kept. Default 60. */
  readonly historyRetentionDays: number;
  /** How many messages one user may send in a second, in all rooms together. Default 5. */
  readonly sendsPerSecond: number;
  /** How many rooms one user may join in a minute; 0 sets no limit. Default 60. */
  readonly joinsPerMinute: number;
  /** How many of these joins may make a room; 0 sets no limit. Default 10. */
  readonly newRoomsPerMinute: number;
  /** How many rooms one user may leave in a minute; 0 sets no limit. Default 60. */
  readonly leavesPerMinute: number;
  /** How many pages of messages or attributes one user may read in a minute; 0 sets no limit. Default 120. */
  readonly historyReadsPerMinute: number;
  /** How often one user may ask for missing messages in a minute; 0 sets no limit. Default 300. */
  readonly repairsPerMinute: number;
  /** How many attributes one user may set or remove in a minute; 0 sets no limit. Default 120. */
  readonly attributeChangesPerMinute: number;
  /** How many messages one user may recall in a minute; 0 sets no limit. Default 60. */
  readonly recallsPerMinute: number;
  /** How often one user may ask whether the server is there in a minute; 0 sets no limit. Default 60. */
  readonly pingsPerMinute: number;
  /** How many connections one user may open in a minute; 0 sets no limit. Default 30. */
  readonly connectsPerMinute: number;
  /** How many rooms one connection may be in, where there may be several; 0 sets no limit. Default 100. */
  readonly maxRoomsPerConnection: number;
  /** How many connections one user may have; one more ends the oldest; 0 sets no limit. Default 10. */
  readonly maxConnectionsPerUser: number;
  /** The application's public name in tokens and in server API calls. Default `doorman`. */
  readonly appKey: string;
  /** Whether the members of a room are told who joins and who leaves. Default false. */
  readonly notifyMemberChanges: boolean;
  /** How long an issued token opens connections. Default 86,400, a day. */
  readonly tokenLifeSec: number;
  /** Web origins that may connect, separated by commas; empty allows every origin. Default empty. */
  readonly allowedOrigins: string;
  /** How long the record of a connection is kept; longer than API Gateway's two hours. Default 7,500,000. */
  readonly connectionLifeMs: number;
  /** Where room and membership events are posted: https, or http on this machine; empty is nowhere. Default empty. */
  readonly webhookUrl: string;
  /** How many messages one room takes in 200 ms; 0 sets no limit. Default 40. */
  readonly roomMessageQuota: number;
  /** How many calls one path of the server API takes in a second; 0 sets no limit. Default 100. */
  readonly serverApiCallsPerSec: number;
  /** How old a RongCloud-style signature may be; 0 is any age, which RongCloud's own Node SDK needs. Default 0. */
  readonly signatureMaxAgeSec: number;
  /** Whether each nonce of a RongCloud-style signature works once. Default false. */
  readonly singleUseNonces: boolean;
  /** Whether only Doorman's own HMAC-SHA256 signatures are accepted. Default false. */
  readonly strongSignaturesOnly: boolean;
  /** How many rooms are kept from automatic destruction. Default 5. */
  readonly maxKeptRooms: number;
  /** How many attributes a room holds. Default 100. */
  readonly maxEntriesPerRoom: number;
  /** How long a room lives without joins, leaves and messages unless it says otherwise. Default 60, an hour. */
  readonly destroyAfterMin: number;
  /** Whether members without a connection are put out without any message, unless a room says otherwise. Default false. */
  readonly realTimeKickOut: boolean;
  /** How long a member must have been without a connection for that. Default 60,000, a minute. */
  readonly realTimeGraceMs: number;
  /** How many members a room takes; 0 sets no limit. Default 0. */
  readonly roomMemberLimit: number;
  /** Whether connecting a second device of one platform ends the first. Default true. */
  readonly oneDevicePerPlatform: boolean;
  /** Whether a user's other devices are told of his joins and leaves. Default false. */
  readonly multiLoginSync: boolean;
}

/** The settings of a deployment that chooses nothing. */
export const defaultSettings: Settings = {
  offlineGraceMs: 30_000,
  offlineMessageLimit: 31,
  maxAllowlistedUsers: 5,
  membersOnlySend: true,
  multipleRooms: false,
  leaveEndsAllDevices: false,
  historyRetentionDays: 60,
  sendsPerSecond: 5,
  joinsPerMinute: 60,
  newRoomsPerMinute: 10,
  leavesPerMinute: 60,
  historyReadsPerMinute: 120,
  repairsPerMinute: 300,
  attributeChangesPerMinute: 120,
  recallsPerMinute: 60,
  pingsPerMinute: 60,
  connectsPerMinute: 30,
  maxRoomsPerConnection: 100,
  maxConnectionsPerUser: 10,
  appKey: 'doorman',
  notifyMemberChanges: false,
  tokenLifeSec: 86_400,
  allowedOrigins: '',
  connectionLifeMs: 7_500_000,
  webhookUrl: '',
  roomMessageQuota: 40,
  serverApiCallsPerSec: 100,
  signatureMaxAgeSec: 0,
  singleUseNonces: false,
  strongSignaturesOnly: false,
  maxKeptRooms: 5,
  maxEntriesPerRoom: 100,
  destroyAfterMin: 60,
  realTimeKickOut: false,
  realTimeGraceMs: 60_000,
  roomMemberLimit: 0,
  oneDevicePerPlatform: true,
  multiLoginSync: false,
};

/** Names of all settings, in the order in which they are documented. */
export const settingNames = Object.keys(defaultSettings) as readonly (keyof Settings)[];

/** The most that a limit by the minute can be. */
const MOST_PER_MINUTE = 100_000;

function validate(raw: Readonly<Record<keyof Settings, RawValue>>): Settings {
  const whole = (name: keyof Settings, min: number, max: number) => readWhole(name, raw[name], min, max);
  const perMinute = (name: keyof Settings) => whole(name, 0, MOST_PER_MINUTE);
  const flag = (name: keyof Settings) => readFlag(name, raw[name]);
  return {
    offlineGraceMs: whole('offlineGraceMs', 0, 86_400_000),
    offlineMessageLimit: whole('offlineMessageLimit', 1, 1_000_000),
    maxAllowlistedUsers: whole('maxAllowlistedUsers', 0, 1_000),
    membersOnlySend: flag('membersOnlySend'),
    multipleRooms: flag('multipleRooms'),
    leaveEndsAllDevices: flag('leaveEndsAllDevices'),
    historyRetentionDays: whole('historyRetentionDays', 1, 3_650),
    // The row that counts them would grow with each.
    sendsPerSecond: whole('sendsPerSecond', 1, 200),
    joinsPerMinute: perMinute('joinsPerMinute'),
    newRoomsPerMinute: perMinute('newRoomsPerMinute'),
    leavesPerMinute: perMinute('leavesPerMinute'),
    historyReadsPerMinute: perMinute('historyReadsPerMinute'),
    repairsPerMinute: perMinute('repairsPerMinute'),
    attributeChangesPerMinute: perMinute('attributeChangesPerMinute'),
    recallsPerMinute: perMinute('recallsPerMinute'),
    pingsPerMinute: perMinute('pingsPerMinute'),
    connectsPerMinute: perMinute('connectsPerMinute'),
    maxRoomsPerConnection: whole('maxRoomsPerConnection', 0, 1_000),
    maxConnectionsPerUser: whole('maxConnectionsPerUser', 0, 1_000),
    appKey: readAppKey('appKey', raw.appKey),
    notifyMemberChanges: flag('notifyMemberChanges'),
    tokenLifeSec: whole('tokenLifeSec', 1, 31_536_000),
    allowedOrigins: readOrigins('allowedOrigins', raw.allowedOrigins),
    connectionLifeMs: whole('connectionLifeMs', 1_000, 86_400_000),
    webhookUrl: readUrl('webhookUrl', raw.webhookUrl),
    roomMessageQuota: whole('roomMessageQuota', 0, 10_000),
    serverApiCallsPerSec: whole('serverApiCallsPerSec', 0, 10_000),
    signatureMaxAgeSec: whole('signatureMaxAgeSec', 0, 86_400),
    singleUseNonces: flag('singleUseNonces'),
    strongSignaturesOnly: flag('strongSignaturesOnly'),
    maxKeptRooms: whole('maxKeptRooms', 0, 1_000),
    maxEntriesPerRoom: whole('maxEntriesPerRoom', 1, 1_000),
    destroyAfterMin: whole('destroyAfterMin', 60, 10_080),
    realTimeKickOut: flag('realTimeKickOut'),
    // A connection whose lease is over was silent for 150 s at least, so with more its member would wait for another run.
    realTimeGraceMs: whole('realTimeGraceMs', 0, 140_000),
    roomMemberLimit: whole('roomMemberLimit', 0, 1_000_000),
    oneDevicePerPlatform: flag('oneDevicePerPlatform'),
    multiLoginSync: flag('multiLoginSync'),
  };
}

/**
 * Completes the chosen settings with the defaults and checks them.
 * @throws Error `unable to use setting <name>; <why>` for a name that is unknown or a value that is out of range.
 */
export function readSettings(chosen: Readonly<Record<string, unknown>>): Settings {
  const given = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(defaultSettings, name)) refuse(name, `the settings are ${settingNames.join(', ')}`);
  }
  return validate({ ...defaultSettings, ...given });
}
