import { readFields } from '../lib/server-api/fields.ts';
import { readForm, readJsonForm } from '../lib/server-api/form.ts';
import { endpoints } from '../lib/server-api/index.ts';
import { RefusedCall } from '../lib/server-api/refused-call.ts';
import { toTable } from './document-section.ts';

const [SMALL_BYTES, LARGE_BYTES] = [10 * 1024, 1024 * 1024];
const SMALLS_IN_ROUND = Math.round(LARGE_BYTES / SMALL_BYTES);
const ROUNDS = 15;
const WARM_UP_ROUNDS = 3;
/** A hundred times the bytes may cost a hundred times as much; the rest is for what a busy machine adds. */
const RATIO_MAX = 150;
const LARGE_MS_MAX = 50;
/** A call may have 2000 parameters; this many of a body's bytes are one of them, so that 1 MB has nearly as many. */
const WIDEST = 530;

interface Shape {
  readonly name: string;
  readonly path: string;
  readonly make: (bytes: number) => string;
}

const repeated = (part: string) => (bytes: number) => part.repeat(bytes / part.length);
const oneValue = (part: string) => (bytes: number) => `content=${repeated(part)(bytes - 8)}`;
const each = (bytes: number, length: number, make: (index: number) => string): string[] =>
  Array.from({ length: Math.floor(bytes / length) }, (_, index) => make(index));
const padded = (text: string, length: number): string => text.padEnd(length, 'x');

const [exist, create] = ['/chatroom/users/exist.json', '/chatroom/create.json'];
const [publish, tag] = ['/message/chatroom/publish.json', '/user/tag/batch/set.json'];
const removeEntries = '/chatroom/entry/batch/remove.json';
const shapes: readonly Shape[] = [
  { name: '`a&a&…`', path: exist, make: repeated('a&') },
  { name: '`&&&…`', path: exist, make: repeated('&') },
  { name: '`chatroom[a]=b&…`', path: create, make: repeated('chatroom[a]=b&') },
  { name: 'as many distinct names', path: exist, make: (bytes) => each(bytes, 8, (at) => `n${at}=`).join('&') },
  {
    name: 'distinct names, as many as may be',
    path: exist,
    make: (bytes) => each(bytes, WIDEST, (at) => padded(`n${at}=`, WIDEST - 1)).join('&'),
  },
  {
    name: 'one name, as often as may be',
    path: exist,
    make: (bytes) => each(bytes, WIDEST, () => padded('userId=', WIDEST - 1)).join('&'),
  },
  { name: 'one long value', path: publish, make: oneValue('a') },
  { name: 'one value of `+`', path: publish, make: oneValue('+') },
  { name: 'percent-encoded text', path: publish, make: oneValue('%E5%BC%A0') },
  { name: 'half percent-encoded', path: publish, make: oneValue('a%20') },
  {
    name: 'JSON: one long list',
    path: tag,
    make: (bytes) => JSON.stringify({ userIds: each(bytes, 8, () => 'user1') }),
  },
  {
    name: 'JSON: a list as long as may be',
    path: tag,
    make: (bytes) => JSON.stringify({ userIds: each(bytes, WIDEST, () => padded('u', WIDEST - 3)) }),
  },
  { name: 'JSON: one long text', path: tag, make: (bytes) => JSON.stringify({ tags: 'a'.repeat(bytes - 11) }) },
  { name: 'JSON: escapes', path: tag, make: (bytes) => `{"tags":"${repeated('\\u0001')(bytes - 11)}"}` },
  { name: 'JSON: `[[[…`', path: tag, make: repeated('[') },
  { name: 'JSON in a form: `[[[…`', path: removeEntries, make: (bytes) => `entryKeys=${repeated('[')(bytes - 10)}` },
];

/** Reads as the server API does once the signature is checked: the body, then the parameters of the call. */
function read(path: string, body: Uint8Array): 'read' | 'refused' {
  const called = endpoints.find((endpoint) => endpoint.path === path);
  if (called === undefined) throw new Error(`unable to measure ${path}; there is no such call`);
  try {
    const form = called.body === 'json' ? readJsonForm(body) : readForm(body);
    try {
      readFields(called.fields, form);
    } catch (fault) {
      if (!(fault instanceof RefusedCall)) throw fault;
    }
    return 'read';
  } catch (fault) {
    if (fault instanceof RefusedCall) return 'refused';
    throw fault;
  }
}

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Small and large in turns, so that a busy moment of the machine falls on both; the small one as often as is measured. */
function measure({ path, make }: Shape) {
  const [small, large] = [Buffer.from(make(SMALL_BYTES)), Buffer.from(make(LARGE_BYTES))];
  const smalls: number[] = [];
  const larges: number[] = [];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    const smallsMs = cpuMs(() => {
      for (let time = 0; time < SMALLS_IN_ROUND; time += 1) read(path, small);
    });
    const largeMs = cpuMs(() => read(path, large));
    if (round < 0) continue;
    smalls.push(smallsMs / SMALLS_IN_ROUND);
    larges.push(largeMs);
  }
  return { smallMs: median(smalls), largeMs: median(larges), outcome: read(path, large) };
}

function main(): void {
  const failed: string[] = [];
  const rows = shapes.map((shape) => {
    const { smallMs, largeMs, outcome } = measure(shape);
    const ratio = largeMs / smallMs;
    if (!(ratio <= RATIO_MAX && largeMs <= LARGE_MS_MAX)) failed.push(shape.name);
    return [shape.name, outcome, smallMs.toFixed(3), largeMs.toFixed(2), ratio.toFixed(0)];
  });
  console.log(toTable(['body', '1 MB is', 'CPU ms of 10 KB', 'CPU ms of 1 MB', 'ratio'], rows));
  if (failed.length === 0) return;
  const limits = `${LARGE_MS_MAX} ms or ${RATIO_MAX} times 10 KB`;
  throw new Error(`unable to accept the figures; 1 MB costs more than ${limits}: ${failed.join(', ')}`);
}

main();
