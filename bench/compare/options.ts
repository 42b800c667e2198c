import { parseArgs } from 'node:util';
import type { RoomSize } from './contender.ts';
import type { Mode } from './measure.ts';

/** Which part of the benchmark runs. */
export interface BenchOptions {
  /** Keys of the contenders beside Doorman. */
  readonly only: readonly string[];
  readonly sizes: readonly RoomSize[];
  readonly modes: readonly Mode[];
  readonly rounds: number;
  readonly latencyMs: number;
  readonly parts: readonly Part[];
  /** Nothing of the parts is left out, so that the documents can be written. */
  readonly isWhole: boolean;
}

export type Part = 'lambdas' | 'sockets';

/** Where members are offline too. */
const WITH_OFFLINE = 100;
const defaults = {
  only: 'a,a2,b',
  n: '10,100,1000',
  offline: '10000',
  mode: 'single,busy',
  rounds: '7',
  'latency-ms': '15',
  parts: 'lambdas,sockets',
};

type Name = keyof typeof defaults;

export const usage = `npm run bench -- ${Object.entries(defaults)
  .map(([name, value]) => `[--${name} ${value}]`)
  .join(' ')}`;

function listOf<T extends string>(name: Name, value: string, allowed: readonly T[]): readonly T[] {
  const items = value.split(',');
  const wrong = items.find((item) => !allowed.some((one) => one === item));
  if (wrong !== undefined) throw new Error(`unable to use --${name} ${wrong}; it is none of ${allowed.join(', ')}`);
  return allowed.filter((one) => items.includes(one));
}

function wholeOf(name: Name, value: string, least: number): number {
  const isWhole = /^\d{1,5}$/.test(value) && Number(value) >= least;
  if (!isWhole) throw new Error(`unable to use --${name} ${value}; it must be a whole number, ${least} or more`);
  return Number(value);
}

/** Reads the command line; `keys` = those of the contenders that can be chosen. */
export function readOptions(args: readonly string[], keys: readonly string[]): BenchOptions {
  const options = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, { type: 'string', default: value }] as const),
  ) as Record<Name, { type: 'string'; default: string }>;
  const { values } = parseArgs({ args: [...args], options });
  // A room has the ten who write and one who only reads.
  const online = values.n.split(',').map((n) => wholeOf('n', n, 10));
  const offline = wholeOf('offline', values.offline, 0);
  const isTried = offline > 0 && online.includes(WITH_OFFLINE);
  return {
    only: listOf('only', values.only, keys),
    sizes: [...online.map((n) => ({ online: n, offline: 0 })), ...(isTried ? [{ online: WITH_OFFLINE, offline }] : [])],
    modes: listOf('mode', values.mode, ['single', 'busy']),
    rounds: wholeOf('rounds', values.rounds, 1),
    latencyMs: wholeOf('latency-ms', values['latency-ms'], 0),
    parts: listOf('parts', values.parts, ['lambdas', 'sockets']),
    isWhole: Object.entries(defaults).every(([name, value]) => name === 'parts' || values[name as Name] === value),
  };
}
