import { parseArgs } from 'node:util';
import type { Workload } from './bill.ts';

/** What the command line asks for. */
export interface CostOptions {
  readonly action: 'cost' | 'help' | 'count' | 'docs';
  readonly isJson: boolean;
  readonly workload: Workload;
}

const flags = {
  members: { type: 'string' },
  rate: { type: 'string' },
  hours: { type: 'string' },
  rooms: { type: 'string', default: '1' },
  senders: { type: 'string' },
  drops: { type: 'string', default: '1' },
  profiles: { type: 'boolean', default: false },
  presence: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  count: { type: 'boolean', default: false },
  docs: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

export const helpText = `npm run cost -- --members N --rate R --hours H [options]

What rooms cost on AWS, part by part, and which quota binds first. Units come from counted calls, prices from
bench/prices.json. Everyone is connected for the whole time; messages have some 50 bytes of content.

  --members N   connected members of each room, 2 to 1,000,000
  --rate R      messages a second in each room, 0.001 to 1,000
  --hours H     how long, 0.01 to 750
  --rooms N     rooms of this kind at once, 1 to 10,000,000 (1)
  --senders N   members of each room who write (as many as write once in 5 s each)
  --drops N     how often a member loses the connection in an hour and resumes, 0 to 60 (1)
  --profiles    members are listed with a name and a picture (the setting memberProfiles)
  --presence    the webhook gets who is online, by the setting presenceDelayMs; its table only
  --json        figures instead of a table
  --count       counts the units again, and writes them to bench/cost/counted.json
  --docs        writes the tables of docs/scale.md
  --help        this text`;

/** One sender writes so rarely where nothing else is asked for. */
const SEND_EVERY_SEC = 5;

interface Range {
  readonly min: number;
  readonly max: number;
  readonly isWhole?: true;
}

function numberOf(name: string, text: string | undefined, { min, max, isWhole }: Range): number {
  if (text === undefined) throw new Error(`unable to use --${name}; it is missing (--help lists the options)`);
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  const kind = isWhole === true ? 'a whole number' : 'a number';
  if (!(value >= min && value <= max) || (isWhole === true && !Number.isInteger(value))) {
    const range = `${min.toLocaleString('en')} to ${max.toLocaleString('en')}`;
    throw new Error(`unable to use --${name} ${text}; it must be ${kind}, ${range}`);
  }
  return value;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags }).values;
  } catch (error) {
    const [why] = error instanceof Error ? error.message.split('. ') : [];
    throw new Error(`unable to read the options; ${why} (--help lists them)`);
  }
}

/** How many write where nothing else is asked for. */
export const usualSenders = (members: number, rate: number): number =>
  Math.min(members, Math.max(1, Math.ceil(rate * SEND_EVERY_SEC)));

const NOTHING: Workload = { members: 2, rate: 1, hours: 1, rooms: 1, senders: 1, drops: 0 };

/** Reads the options; throws with a sentence where one is wrong. */
export function readOptions(args: readonly string[]): CostOptions {
  const { help, count, docs, json, profiles, ...given } = parse(args);
  const action = help ? 'help' : count ? 'count' : docs ? 'docs' : 'cost';
  if (action !== 'cost') return { action, isJson: json, workload: NOTHING };
  const members = numberOf('members', given.members, { min: 2, max: 1_000_000, isWhole: true });
  const rate = numberOf('rate', given.rate, { min: 0.001, max: 1_000 });
  const workload: Workload = {
    ...{ members, rate },
    hours: numberOf('hours', given.hours, { min: 0.01, max: 750 }),
    rooms: numberOf('rooms', given.rooms, { min: 1, max: 10_000_000, isWhole: true }),
    senders:
      given.senders === undefined
        ? usualSenders(members, rate)
        : numberOf('senders', given.senders, { min: 1, max: members, isWhole: true }),
    drops: numberOf('drops', given.drops, { min: 0, max: 60 }),
    ...(profiles ? { profiles } : {}),
    ...(given.presence ? { presence: true } : {}),
  };
  return { action, isJson: json, workload };
}
