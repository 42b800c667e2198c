import { messageIdAt, type StoredMessage } from '../lib/domain/room.ts';
import type { ConnectionId, RoomId, UserId } from '../lib/protocol/ids.ts';
import type { Caller, Deps } from '../lib/usecases/deps.ts';
import { joinRoom } from '../lib/usecases/join-room.ts';
import { openConnection } from '../lib/usecases/open-connection.ts';
import { type HistoryRequest, readHistory, repair } from '../lib/usecases/read-history.ts';
import { sendMessage } from '../lib/usecases/send-message.ts';
import { fillRoom } from '../test/support/filled-history.ts';
import { servedValue } from '../test/support/outcome.ts';
import type { UnitsMeter } from '../test/support/units-meter.ts';
import { documentSection, toTable } from './document-section.ts';
import { measuredDeps, withTable } from './measured-deps.ts';

const SIZES = [100, 10_000, 100_000] as const;
const NOW_MS = 1_800_000_000_000;
const CONTENT = JSON.stringify({ content: 'A line of chat, as people write it.' });
/** Who has written each of these by a client; the rest are of the server API, which keeps no position of a sender. */
const BY_CLIENT_EVERY = 50;
const ANN = 'user-00000001' as UserId;

/** Some seconds lie between two messages now and then, and many have one time. */
const sentAtMs = (seq: number, size: number): number => NOW_MS - (size - Math.floor(seq / 7) * 7) * 1000;

function messageAt(seq: number, size: number): StoredMessage {
  const id = `${`${seq}`.padStart(8, '0')}-0000-4000-8000-000000000000`;
  const clientMessageId = seq % BY_CLIENT_EVERY === 0 ? `client-${seq}` : id;
  const messageId = messageIdAt(seq, id);
  return {
    ...{ seq, messageId, clientMessageId },
    senderUserId: ANN,
    type: 'RC:TxtMsg',
    content: CONTENT,
    sentAtMs: sentAtMs(seq, size),
  };
}

interface Setting {
  readonly deps: Deps;
  readonly room: RoomId;
  readonly size: number;
  readonly caller: Caller;
}

type Read = readonly [title: string, run: (setting: Setting) => Promise<unknown>];

const history = ({ deps, room, caller }: Setting, change: Partial<HistoryRequest>) =>
  readHistory(deps, caller, { room, timestampMs: 0, order: 'descending', count: 50, ...change });
/** So far from an end: a page from there towards it is whole. */
const PAGE = 60;
const timeAt = ({ size }: Setting, seq: number) => sentAtMs(seq, size);

const reads: readonly Read[] = [
  ['history: the newest 50', (at) => history(at, {})],
  ['history: 50 older than a time, near', (at) => history(at, { timestampMs: timeAt(at, at.size - 10) })],
  ['history: 50 older than a time, half way', (at) => history(at, { timestampMs: timeAt(at, at.size / 2) })],
  ['history: 50 older than a time, far', (at) => history(at, { timestampMs: timeAt(at, PAGE) })],
  ['history: 50 older than a time before all', (at) => history(at, { timestampMs: 1 })],
  ['history: the oldest 50', (at) => history(at, { order: 'ascending' })],
  ['history: 50 newer than a time, far', (at) => history(at, { order: 'ascending', timestampMs: timeAt(at, 10) })],
  [
    'history: 50 newer than a time, near',
    (at) => history(at, { order: 'ascending', timestampMs: timeAt(at, at.size - PAGE) }),
  ],
  ['history: 50 by a cursor, far', (at) => history(at, { cursor: PAGE })],
  ['repair of 50, near', (at) => repair(at.deps, at.caller, at.room, at.size - 60, at.size - 9)],
  ['repair of 50, far', (at) => repair(at.deps, at.caller, at.room, 3, 54)],
  ['repair of what is no longer there', (at) => repair(at.deps, at.caller, at.room, at.size + 5, 0)],
  ['repeated send, in the tail', (at) => repeat(at, at.size)],
  ['repeated send, the oldest', (at) => repeat(at, BY_CLIENT_EVERY)],
];

async function repeat({ deps, room, caller }: Setting, seq: number): Promise<void> {
  const request = { room, clientMessageId: `client-${seq}`, type: 'RC:TxtMsg', content: CONTENT };
  const sent = servedValue(await sendMessage(deps, caller, request));
  if (sent.seq !== seq) throw new Error(`unable to repeat the send of ${seq}; it is ${sent.seq} now`);
}

async function open(deps: Deps, connectionId: string): Promise<Caller> {
  const caller = { userId: ANN, connectionId: connectionId as ConnectionId };
  await openConnection(deps, caller, { platform: 'mobile', loginId: 'run_1' }, { issuedAtMs: NOW_MS });
  return caller;
}

async function measure(deps: Deps, meter: UnitsMeter, size: number): Promise<ReadonlyMap<string, number>> {
  const room = `room-${`${size}`.padStart(8, '0')}` as RoomId;
  await fillRoom(
    deps.store,
    room,
    Array.from({ length: size }, (_, index) => messageAt(index + 1, size)),
  );
  const figures = new Map<string, number>();
  const caller = await open(deps, `c${size}=`);
  const unitsOf = async (title: string, run: () => Promise<unknown>) => {
    meter.take();
    await run();
    figures.set(title, meter.take().readUnits);
  };
  await unitsOf('join with 50 messages', () => joinRoom(deps, caller, { room, messageCount: 50, autoCreate: false }));
  for (const [title, run] of reads) await unitsOf(title, () => run({ deps, room, size, caller }));
  return figures;
}

/** No page costs more than three times the newest, wherever it lies and however long the history is. */
function check(figures: readonly ReadonlyMap<string, number>[]): void {
  for (const ofSize of figures) {
    const newest = ofSize.get('history: the newest 50') ?? 0;
    for (const [title, units] of ofSize) {
      if (units > 3 * newest)
        throw new Error(`unable to accept the figures; ${title} takes ${units}, the newest page ${newest}`);
    }
  }
}

async function main(endpoint: string): Promise<void> {
  let ids = 0;
  const randomId = () => {
    ids += 1;
    return `${`${ids}`.padStart(8, '0')}-0000-4000-8000-000000000001`;
  };
  const settings = { multipleRooms: true };
  const { deps, meter } = measuredDeps({ endpoint, now: () => NOW_MS, randomId, settings, push: {} });
  const figures: ReadonlyMap<string, number>[] = [];
  for (const size of SIZES) figures.push(await measure(deps, meter, size));
  check(figures);
  const titles = [...(figures[0]?.keys() ?? [])];
  const rows = titles.map((title) => [title, ...figures.map((ofSize) => ofSize.get(title) ?? 0)]);
  const table = toTable(['read units', ...SIZES.map((size) => `${size.toLocaleString('en')} messages`)], rows);
  console.log(table);
  await documentSection('data-model.md', 'history', table);
}

await withTable(main);
