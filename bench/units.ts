import { defaultSettings } from '../lib/domain/settings.ts';
import type { ConnectionId, RoomId, UserId } from '../lib/protocol/ids.ts';
import { closeConnection } from '../lib/usecases/close-connection.ts';
import type { Caller, Deps } from '../lib/usecases/deps.ts';
import { joinRoom } from '../lib/usecases/join-room.ts';
import { leaveRoom } from '../lib/usecases/leave-room.ts';
import { openConnection } from '../lib/usecases/open-connection.ts';
import { sendMessage } from '../lib/usecases/send-message.ts';
import { createRoom } from '../lib/usecases/steps/create-room.ts';
import type { DeliveryJob } from '../lib/usecases/steps/delivery-job.ts';
import { servedValue } from '../test/support/outcome.ts';
import { runJob } from '../test/support/run-job.ts';
import { divide, type Units, type UnitsMeter } from '../test/support/units-meter.ts';
import { documentSection, toTable } from './document-section.ts';
import { measuredDeps, withTable } from './measured-deps.ts';

const CONTENT = JSON.stringify({ content: 'A line of chat, as people write it.' });
const CLIENT = { platform: 'mobile', loginId: 'run-1' } as const;
const COLUMNS = ['use case', 'write units', 'read units', 'writes', 'reads', 'list read units'];

/** A system of its own for each figure, so that no figure depends on the one before it. */
class Bench {
  readonly meter: UnitsMeter;
  readonly deps: Deps;
  readonly #clock = { nowMs: 1_800_000_000_000 };
  #lastId: number;

  /** `place` keeps the ids of one system apart from those of the others. */
  constructor(endpoint: string, place: number) {
    this.#lastId = place * 1_000_000;
    const { deps, meter } = measuredDeps({
      endpoint,
      now: () => this.#clock.nowMs,
      // As long as those of a deployment: units go by size.
      randomId: () => this.#nextId('0000-4000-8000-000000000000'),
      settings: {},
      push: {},
      // What a message costs includes its delivery.
      doorbell: { ring: (job) => runJob(this.deps, job as DeliveryJob) },
    });
    // The list is read from a random connection on, in two parts, and each is rounded up to half a unit.
    this.deps = { ...deps, random: () => 0 };
    this.meter = meter;
  }

  #nextId(tail: string): string {
    this.#lastId += 1;
    return `${`${this.#lastId}`.padStart(8, '0')}-${tail}`;
  }

  pass(spanMs: number): void {
    this.#clock.nowMs += spanMs;
  }

  newCaller(userId = `user-${this.#nextId('u')}`): Caller {
    return { userId: userId as UserId, connectionId: this.#nextId('c00000=') as ConnectionId };
  }

  async newRoom(): Promise<RoomId> {
    const room = `room-${this.#nextId('r')}` as RoomId;
    await createRoom(this.deps, room, room);
    return room;
  }

  async open(caller: Caller): Promise<void> {
    const issuedAtMs = this.deps.now();
    await openConnection(this.deps, caller, CLIENT, { issuedAtMs });
  }

  async join(caller: Caller, room: RoomId, messageCount: number, resume?: Parameters<typeof joinRoom>[2]['resume']) {
    return servedValue(await joinRoom(this.deps, caller, { room, messageCount, autoCreate: false, resume }));
  }

  async newMember(room: RoomId): Promise<Caller> {
    const caller = this.newCaller();
    await this.open(caller);
    await this.join(caller, room, -1);
    return caller;
  }

  async members(room: RoomId, count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) await this.newMember(room);
  }

  async offlineMembers(room: RoomId, count: number): Promise<void> {
    for (let index = 0; index < count; index += 1)
      await closeConnection(this.deps, await this.newMember(room), Number.POSITIVE_INFINITY);
  }

  /** A second lies between two messages, so that no rate limit counts. */
  async send(caller: Caller, room: RoomId): Promise<void> {
    this.pass(1000);
    const clientMessageId = this.#nextId('m');
    const outcome = await sendMessage(this.deps, caller, {
      room,
      clientMessageId,
      type: 'RC:TxtMsg',
      content: CONTENT,
    });
    servedValue(outcome);
  }

  async measure(work: () => Promise<unknown>): Promise<Units> {
    this.meter.take();
    await work();
    return this.meter.take();
  }
}

type Figure = readonly [title: string, run: (bench: Bench) => Promise<Units>];

/** More than the Lambda that accepts a message delivers to. */
const CROWD = 150;
const messageToCrowd = (bench: Bench) => messageInCrowd(bench, 0);
const messageBesideOffline = (bench: Bench) => messageInCrowd(bench, 1000);

const figures: readonly Figure[] = [
  ['connect', (bench) => bench.measure(() => bench.open(bench.newCaller()))],
  ['join, the first time, no messages asked for', (bench) => join(bench, -1)],
  ['join with 10 messages', (bench) => join(bench, 10)],
  ['message in a room of one', message],
  ['message in a room of one, mean of 20 in a row', meanMessage],
  ['message that finds a room crowded, 150 members', messageThatFindsCrowd],
  ['message in a crowded room, 150 members', messageToCrowd],
  ['message in a crowded room, 150 members, 1,000 others offline', messageBesideOffline],
  ['disconnect of the last device, one room', disconnect],
  ['resume in time, nothing missed', comeBack],
  ['leave', leave],
  ['message that evicts one member', (bench) => kick(bench, 1)],
  ['message that evicts ten members', (bench) => kick(bench, 10)],
];

async function join(bench: Bench, messageCount: number): Promise<Units> {
  const room = await bench.newRoom();
  const other = await bench.newMember(room);
  for (let count = 0; count < 12; count += 1) await bench.send(other, room);
  const caller = bench.newCaller();
  await bench.open(caller);
  return bench.measure(() => bench.join(caller, room, messageCount));
}

async function message(bench: Bench): Promise<Units> {
  const room = await bench.newRoom();
  const sender = await bench.newMember(room);
  return bench.measure(() => bench.send(sender, room));
}

async function messageThatFindsCrowd(bench: Bench): Promise<Units> {
  const room = await bench.newRoom();
  const sender = await bench.newMember(room);
  await bench.members(room, CROWD - 1);
  return bench.measure(() => bench.send(sender, room));
}

async function messageInCrowd(bench: Bench, offline: number): Promise<Units> {
  const room = await bench.newRoom();
  const sender = await bench.newMember(room);
  await bench.members(room, CROWD - 1);
  await bench.offlineMembers(room, offline);
  await bench.send(sender, room);
  return bench.measure(() => bench.send(sender, room));
}

async function meanMessage(bench: Bench): Promise<Units> {
  const room = await bench.newRoom();
  const sender = await bench.newMember(room);
  // The row has its lasting size after some messages.
  for (let count = 0; count < 20; count += 1) await bench.send(sender, room);
  const sum = await bench.measure(async () => {
    for (let count = 0; count < 20; count += 1) await bench.send(sender, room);
  });
  return divide(sum, 20);
}

async function disconnect(bench: Bench): Promise<Units> {
  const caller = await bench.newMember(await bench.newRoom());
  return bench.measure(() => closeConnection(bench.deps, caller, Number.POSITIVE_INFINITY));
}

async function comeBack(bench: Bench): Promise<Units> {
  const room = await bench.newRoom();
  const caller = bench.newCaller();
  await bench.open(caller);
  const { roomEpoch, membership, seq } = await bench.join(caller, room, -1);
  await closeConnection(bench.deps, caller, Number.POSITIVE_INFINITY);
  const again = bench.newCaller(caller.userId);
  await bench.open(again);
  return bench.measure(() => bench.join(again, room, -1, { roomEpoch, membership, seq }));
}

async function leave(bench: Bench): Promise<Units> {
  const room = await bench.newRoom();
  const caller = await bench.newMember(room);
  return bench.measure(() => leaveRoom(bench.deps, caller, room));
}

async function kick(bench: Bench, count: number): Promise<Units> {
  const room = await bench.newRoom();
  const sender = await bench.newMember(room);
  await bench.offlineMembers(room, count);
  bench.pass(defaultSettings.offlineGraceMs);
  return bench.measure(() => bench.send(sender, room));
}

/** What a message takes must not depend on who is offline, the list included. */
function checkEqual(messages: readonly Units[]): void {
  const costs = messages.map((units) => Object.values(units).join());
  if (messages.length !== 2 || new Set(costs).size !== 1) {
    throw new Error(`unable to accept the figures; a message costs ${costs.join(' or ')} by who is offline`);
  }
}

async function main(endpoint: string): Promise<void> {
  const rows: (string | number)[][] = [];
  const messages: Units[] = [];
  for (const [place, [title, run]] of figures.entries()) {
    const units = await run(new Bench(endpoint, place));
    if (run === messageToCrowd || run === messageBesideOffline) messages.push(units);
    rows.push([title, units.writeUnits, units.readUnits, units.writes, units.reads, units.listReadUnits]);
  }
  checkEqual(messages);
  const table = toTable(COLUMNS, rows);
  console.log(table);
  await documentSection('data-model.md', 'units', table);
}

await withTable(main);
