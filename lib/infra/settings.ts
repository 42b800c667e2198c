/** What an operator may choose at deployment; every Lambda receives all of it as JSON in `SETTINGS`. */
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
  /** How many messages one user may send to a room in a second. Default 5. */
  readonly sendsPerSecond: number;
  /** The application's public name in tokens and in server API calls. Default `doorman`. */
  readonly appKey: string;
  /** Whether the members of a room are told who joins and who leaves. Default false. */
  readonly notifyMemberJoins: boolean;
  /** How long an issued token opens connections. Default 86,400, a day. */
  readonly tokenLifeSec: number;
  /** Web origins that may connect, separated by commas; empty allows every origin. Default empty. */
  readonly allowedOrigins: string;
  /** How long the record of a connection is kept; longer than API Gateway's two hours. Default 7,500,000. */
  readonly connectionLifeMs: number;
}

/** A value as it arrives from the command line (text) or from code (typed). */
type RawValue = unknown;

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
  appKey: 'doorman',
  notifyMemberJoins: false,
  tokenLifeSec: 86_400,
  allowedOrigins: '',
  connectionLifeMs: 7_500_000,
};

/** Names of all settings, in the order in which they are documented. */
export const settingNames = Object.keys(defaultSettings) as readonly (keyof Settings)[];

const originPattern = /^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$/;
// All environment variables of a Lambda share 4 KB.
const maxOriginsLength = 1_000;

function refuse(name: string, why: string): never {
  throw new Error(`unable to use setting ${name}; ${why}`);
}

function readWhole(name: string, value: RawValue, min: number, max: number): number {
  const amount = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof amount !== 'number' || !Number.isInteger(amount) || amount < min || amount > max) {
    refuse(name, `it must be a whole number from ${min} to ${max}, not ${JSON.stringify(value)}`);
  }
  return amount;
}

function readFlag(name: string, value: RawValue): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  return refuse(name, `it must be true or false, not ${JSON.stringify(value)}`);
}

function readAppKey(name: string, value: RawValue): string {
  if (typeof value !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(value)) {
    refuse(name, `it must be 1 to 64 letters, digits, _ or -, not ${JSON.stringify(value)}`);
  }
  return value;
}

function readOrigins(name: string, value: RawValue): string {
  if (typeof value !== 'string' || value.length > maxOriginsLength) {
    refuse(name, `it must be a text of at most ${maxOriginsLength} characters`);
  }
  const origins = value.split(',').map((origin) => origin.trim());
  if (value.trim() === '') return '';
  const wrong = origins.find((origin) => !originPattern.test(origin));
  if (wrong !== undefined) {
    refuse(name, `${JSON.stringify(wrong)} is not an origin such as https://chat.example.com`);
  }
  return origins.join(',');
}

function validate(raw: Readonly<Record<keyof Settings, RawValue>>): Settings {
  const whole = (name: keyof Settings, min: number, max: number) => readWhole(name, raw[name], min, max);
  const flag = (name: keyof Settings) => readFlag(name, raw[name]);
  return {
    offlineGraceMs: whole('offlineGraceMs', 0, 86_400_000),
    offlineMessageLimit: whole('offlineMessageLimit', 1, 1_000_000),
    maxAllowlistedUsers: whole('maxAllowlistedUsers', 0, 1_000),
    membersOnlySend: flag('membersOnlySend'),
    multipleRooms: flag('multipleRooms'),
    leaveEndsAllDevices: flag('leaveEndsAllDevices'),
    historyRetentionDays: whole('historyRetentionDays', 1, 3_650),
    sendsPerSecond: whole('sendsPerSecond', 1, 10_000),
    appKey: readAppKey('appKey', raw.appKey),
    notifyMemberJoins: flag('notifyMemberJoins'),
    tokenLifeSec: whole('tokenLifeSec', 1, 31_536_000),
    allowedOrigins: readOrigins('allowedOrigins', raw.allowedOrigins),
    connectionLifeMs: whole('connectionLifeMs', 1_000, 86_400_000),
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
