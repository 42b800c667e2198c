import { type DeliveredMessage, type RCIMIWEngine, RCIMIWTimeOrder } from '../lib/client/index.ts';
import { startEmulator } from '../lib/local/dynamodb/emulator.ts';
import type { RoomId } from '../lib/protocol/ids.ts';
import { roomHistory } from '../lib/usecases/query-history.ts';
import { SimServer } from '../test/simulation/sim-server.ts';
import { SimulatedDevice } from '../test/simulation/simulated-device.ts';
import { VirtualTimers } from '../test/simulation/virtual-timers.ts';
import { createTable } from '../test/support/emulators.ts';
import { fillRoom } from '../test/support/filled-history.ts';
import { crowdedMessages, type Order, type WalkedPage, walkHistory } from '../test/support/history-walk.ts';
import { worldSettings } from '../test/support/world.ts';

const [, , count = '10000', sizes = '50'] = process.argv;
const COUNT = Number(count);
// The large ones first: the last few take most of the time.
const SIZES = Array.from({ length: Number(sizes) }, (_, index) => Number(sizes) - index);
const NOW_MS = 1_800_000_000_000;
const ROOM = 'room' as RoomId;
const ORDERS: readonly Order[] = ['ascending', 'descending'];

/** RongCloud's call, which goes on by the time of the last message and ends with a page that is not full. */
function bySdk(engine: RCIMIWEngine, server: SimServer, order: Order, size: number) {
  const timeOrder = order === 'ascending' ? RCIMIWTimeOrder.AFTER : RCIMIWTimeOrder.BEFORE;
  return async (timestamp: number): Promise<WalkedPage<number>> => {
    let got: readonly DeliveredMessage[] | undefined;
    await engine.getChatRoomMessages(ROOM, timestamp, timeOrder, size, {
      onSuccess: (messages) => (got = messages),
      onError: (code) => {
        throw new Error(`unable to read a page; code ${code}`);
      },
    });
    await server.until('a page', () => got !== undefined, 60_000);
    const page = got ?? [];
    const last = page.at(-1);
    return {
      seqs: page.map(({ seq }) => seq),
      next: last === undefined || page.length < size ? undefined : last.sentTime,
    };
  };
}

/** The use case behind `/v3/message/chatroom/query.json`, by its cursor. */
function byServer({ deps }: SimServer, order: Order, size: number) {
  return async (cursor: number): Promise<WalkedPage<number>> => {
    const time = { startMs: 1, includeStart: true, endMs: NOW_MS };
    const page = await roomHistory(deps, ROOM, { ...time, order, count: size, cursor: cursor || undefined });
    return { seqs: page.messages.map(({ seq }) => seq), next: page.next };
  };
}

async function main(): Promise<void> {
  const emulator = await startEmulator({});
  try {
    await createTable(emulator.endpoint);
    const timers = new VirtualTimers(NOW_MS);
    const settings = { ...worldSettings, connectionLifeMs: 86_400_000 * 365 };
    const server = new SimServer({
      timers,
      random: () => 0.5,
      endpoint: emulator.endpoint,
      connectionPrefix: 'wire',
      settings,
    });
    await fillRoom(server.deps.store, ROOM, crowdedMessages(COUNT, NOW_MS - COUNT * 4));
    // The SDK, over a network of this process, against the Lambda handlers and a DynamoDB.
    const ann = new SimulatedDevice({ server, timers, random: () => 0.5, userId: 'ann', platform: 'desktop' });
    await ann.enter(ROOM, -1, 86_400 * 365);
    let pages = 0;
    for (const size of SIZES) {
      for (const order of ORDERS) {
        pages += await walkHistory(COUNT, order, 0, bySdk(ann.engine, server, order, size));
        pages += await walkHistory(COUNT, order, 0, byServer(server, order, size));
      }
      console.log(
        `pages of ${size}: ${COUNT} messages by SDK and server API, both ways, each once; ${pages} pages so far`,
      );
    }
    if (server.faults.length > 0) throw new Error('unable to accept the pages; the handlers reported faults');
    await ann.engine.destroy();
  } finally {
    await emulator.close();
  }
}

await main();
