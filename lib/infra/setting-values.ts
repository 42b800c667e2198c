/** A value as it arrives from the command line (text) or from code (typed). */
export type RawValue = unknown;

const originPattern = /^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/;
// The environment variables of a Lambda share 4 KB.
const maxOriginsLength = 1_000;
const maxUrlLength = 500;
// ASCII that JSON does not escape, so the length is the number of bytes.
const plainPattern = /^[!#-[\]-~]+$/;
const ownMachine = ['127.0.0.1', 'localhost'];

/** @throws Error `unable to use setting <name>; <why>` always. */
export function refuse(name: string, why: string): never {
  throw new Error(`unable to use setting ${name}; ${why}`);
}

/** A whole number, also as decimal text. */
export function readWhole(name: string, value: RawValue, min: number, max: number, leastButZero = min): number {
  const amount = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof amount !== 'number' || !Number.isInteger(amount) || amount < min || amount > max) {
    refuse(name, `it must be a whole number from ${min} to ${max}, not ${JSON.stringify(value)}`);
  }
  if (amount !== 0 && amount < leastButZero) {
    refuse(name, `it must be 0, or from ${leastButZero} to ${max}, not ${JSON.stringify(value)}`);
  }
  return amount;
}

/** A flag, also as text. */
export function readFlag(name: string, value: RawValue): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  return refuse(name, `it must be true or false, not ${JSON.stringify(value)}`);
}

/** An application's public name. */
export function readAppKey(name: string, value: RawValue): string {
  if (typeof value !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(value)) {
    refuse(name, `it must be 1 to 64 letters, digits, _ or -, not ${JSON.stringify(value)}`);
  }
  return value;
}

/** Web origins separated by commas, returned without blanks; empty if there are none. */
export function readOrigins(name: string, value: RawValue): string {
  if (typeof value !== 'string' || value.length > maxOriginsLength) {
    refuse(name, `it must be a text of at most ${maxOriginsLength} characters`);
  }
  const origins = value.split(',').map((origin) => origin.trim());
  if (value.trim() === '') return '';
  const wrong = origins.find((origin) => !isOrigin(origin));
  if (wrong !== undefined) {
    refuse(name, `${JSON.stringify(wrong)} is not an origin such as https://chat.example.com`);
  }
  return origins.join(',');
}

/** As a browser spells it, so in lower case and without the scheme's own port: it is compared as a text. */
const isOrigin = (text: string): boolean =>
  originPattern.test(text) && URL.canParse(text) && new URL(text).origin === text;

/** An https URL, or an http URL of this machine, or empty. No error repeats the URL, which can hold a key. */
export function readUrl(name: string, value: RawValue): string {
  if (value === '') return value;
  if (typeof value !== 'string' || value.length > maxUrlLength || !plainPattern.test(value) || !URL.canParse(value)) {
    refuse(
      name,
      `it must be an ASCII URL of at most ${maxUrlLength} characters such as https://app.example.com/events`,
    );
  }
  const { protocol, hostname, username, password } = new URL(value);
  if (protocol !== 'https:' && !(protocol === 'http:' && ownMachine.includes(hostname))) {
    refuse(name, `it must start with https://, or with http:// and ${ownMachine.join(' or ')}`);
  }
  if (username !== '' || password !== '') refuse(name, 'it must hold no user name and no password');
  return value;
}

const region = '[a-z]{2}(-[a-z]+)+-[0-9]';
const arns = {
  streamArn: {
    pattern: new RegExp(`^arn:aws[a-z-]*:dynamodb:${region}:[0-9]{12}:table/[A-Za-z0-9_.-]{3,255}/stream/[0-9T:.-]+$`),
    example: 'arn:aws:dynamodb:eu-west-1:123456789012:table/Rooms/stream/2026-01-01T00:00:00.000',
  },
  secretArn: {
    // With the six characters that Secrets Manager appends: without them a policy would not fit the secret.
    pattern: new RegExp(
      `^arn:aws[a-z-]*:secretsmanager:${region}:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]{1,512}-[A-Za-z0-9]{6}$`,
    ),
    example: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:App-AbCdEf',
  },
  topicArn: {
    pattern: new RegExp(`^arn:aws[a-z-]*:sns:${region}:[0-9]{12}:[A-Za-z0-9_-]{1,256}$`),
    example: 'arn:aws:sns:eu-west-1:123456789012:OnCall',
  },
  functionArn: {
    pattern: new RegExp(
      `^arn:aws[a-z-]*:lambda:${region}:[0-9]{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_-]{1,128})?$`,
    ),
    example: 'arn:aws:lambda:eu-west-1:123456789012:function:CheckMessage',
  },
};

/** Who is asked before a message: a URL as the webhook's, the ARN of a Lambda, or empty. */
export const readHook = (name: string, value: RawValue): string =>
  typeof value === 'string' && value.startsWith('arn:') ? readArn(name, value, 'functionArn') : readUrl(name, value);

/** The whole ARN of a stream, a secret, a topic or a Lambda, or empty. */
export function readArn(name: string, value: RawValue, kind: keyof typeof arns): string {
  if (value === '') return value;
  const { pattern, example } = arns[kind];
  if (typeof value !== 'string' || value.length > 1_000 || !pattern.test(value)) {
    refuse(name, `it must be a whole ARN such as ${example}`);
  }
  return value;
}
