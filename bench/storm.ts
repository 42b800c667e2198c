import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { AppServer } from '../bin/scenario/app-server.ts';
import { type LocalDeployment, startLocal } from '../bin/start-local.ts';
import { inParallel } from '../lib/domain/in-parallel.ts';
import { readMessageId } from '../lib/domain/room.ts';
import { defaultSettings } from '../lib/domain/settings.ts';
import { isAlive } from '../lib/local/base/is-alive.ts';
import { type Dials, StormClient } from './storm-client.ts';
import { type Gate, openGate } from './storm-gate.ts';

const ROOM_CLIENTS = 100;
const ENTERING_AT_ONCE = 16;
/** A room talks until then: no later message evicts anybody by time. */
const TALK_MS = 25_000;
const AGAIN_MS = 1000;
const LOOK_EVERY_MS = 50;
/** Together with twice the time of closing under five minutes. */
const MOST_MS = 255_000;
const MOST_CLOSING_MS = 20_000;

interface StormOptions {
  readonly clients: number;
  readonly outageMs: number;
  readonly maxEnvironments: number;
  /** Handshakes in a second; more are refused. */
  readonly connectsPerSec: number;
  /** Between two messages of a room. */
  readonly talkMs: number;
}

/** What a run has at hand. */
interface Storm {
  readonly stack: LocalDeployment;
  readonly appServer: AppServer;
  readonly clients: readonly StormClient[];
  readonly rooms: readonly string[];
  /** The seq of the newest message of each room. */
  readonly newest: Map<string, number>;
  readonly state: State;
}

/** Where the run is, for when its time is over. */
interface State {
  waitsFor: string;
  failedCalls: number;
}

interface Run {
  readonly clients: StormClient[];
  readonly state: State;
}

function readOptions(args: readonly string[]): StormOptions {
  const whole = (value: string) => ({ type: 'string', default: value }) as const;
  const options = {
    clients: whole('1000'),
    'outage-ms': whole('5000'),
    environments: whole('4'),
    // What two cores carry, with the resumes that follow; API Gateway lets 500 through.
    'connects-per-sec': whole('12'),
    // A message to each of ten rooms of a hundred is a thousand posts, and two cores carry the clients too.
    'talk-ms': whole('3000'),
  };
  const { values } = parseArgs({ args: [...args], options });
  for (const [name, value] of Object.entries(values)) {
    if (!/^[1-9]\d{0,5}$/.test(value)) throw new Error(`unable to use --${name} ${value}; it must be a whole number`);
  }
  return {
    clients: Number(values.clients),
    outageMs: Number(values['outage-ms']),
    maxEnvironments: Number(values.environments),
    connectsPerSec: Number(values['connects-per-sec']),
    talkMs: Number(values['talk-ms']),
  };
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Waits for something that shows in what the clients keep. */
async function until({ clients, state }: Storm, what: string, isSo: (client: StormClient) => boolean): Promise<void> {
  for (;;) {
    const missing = clients.filter((client) => !isSo(client)).length;
    if (missing === 0) return;
    state.waitsFor = `${what} of ${missing} of ${clients.length} clients`;
    await wait(LOOK_EVERY_MS);
  }
}

async function publish({ appServer, newest }: Storm, room: string): Promise<void> {
  const content = JSON.stringify({ content: 'A line of chat, as people write it.' });
  const call = { fromUserId: 'host', objectName: 'RC:TxtMsg', content, toChatroomId: room };
  const { messageUIDs } = await appServer.call('/message/chatroom/publish.json', call);
  const [published] = messageUIDs as readonly { readonly messageUID: string }[];
  newest.set(room, readMessageId(published?.messageUID ?? '')?.seq ?? 0);
}

/** A call that fails, because the time of its Lambda is over, may have been accepted; the next one shows it. */
async function tryToPublish(storm: Storm, room: string): Promise<boolean> {
  try {
    await publish(storm, room);
    return true;
  } catch {
    storm.state.failedCalls += 1;
    return false;
  }
}

async function talk(storm: Storm, room: string, everyMs: number, untilMs: number): Promise<void> {
  while (performance.now() < untilMs) {
    const next = wait(everyMs);
    await tryToPublish(storm, room);
    await next;
  }
}

/** To all rooms, until everybody has it. */
async function publishToAll(storm: Storm, what: string): Promise<void> {
  storm.state.waitsFor = what;
  await Promise.all(
    storm.rooms.map(async (room) => {
      while (!(await tryToPublish(storm, room))) await wait(AGAIN_MS);
    }),
  );
  await until(storm, what, (client) => hasAll(storm, client));
}

const hasAll = ({ newest }: Storm, { room, seqs }: StormClient): boolean => seqs.length >= (newest.get(room) ?? 0);

/** One message before, some during, one after: a member who has not reconnected by the last one is then evicted by the rule. */
async function play(storm: Storm, { outageMs, talkMs }: StormOptions): Promise<void> {
  const { clients, rooms } = storm;
  await publishToAll(storm, 'the first message');
  const before = sumDials(clients);
  const runsBefore = lambdaRuns(storm.stack);
  const cpuBefore = process.cpuUsage();
  const cutMs = performance.now();
  for (const client of clients) client.cut();
  console.log(
    `${clients.length} clients in ${rooms.length} rooms lose the network; it is back after ${seconds(outageMs)}`,
  );
  const talking = Promise.all(rooms.map((room) => talk(storm, room, talkMs, cutMs + TALK_MS)));
  await wait(outageMs);
  for (const client of clients) client.restore();
  const repairedMs = await untilRepaired(storm, cutMs);
  tellTimes('connected', clients, cutMs, ({ openedAtMs }) => openedAtMs);
  tellTimes('repaired', clients, cutMs, (client) => repairedMs.get(client) ?? 0);
  await talking;
  await until(storm, 'the end of the talk', (client) => hasAll(storm, client));
  const tookMs = performance.now() - cutMs;
  tellDials(sumDials(clients), before);
  tellLoad(lambdaRuns(storm.stack) - runsBefore, process.cpuUsage(cpuBefore), tookMs);
  await publishToAll(storm, 'the last message');
  await check(storm);
}

/** When each was connected again and had all messages that the room had when that was first seen. */
async function untilRepaired(storm: Storm, cutMs: number): Promise<ReadonlyMap<StormClient, number>> {
  const owed = new Map<StormClient, number>();
  const repairedMs = new Map<StormClient, number>();
  await until(storm, 'the repair', (client) => {
    if (client.openedAtMs <= cutMs) return false;
    const count = owed.get(client) ?? storm.newest.get(client.room) ?? 0;
    owed.set(client, count);
    if (client.seqs.length < count) return false;
    if (!repairedMs.has(client)) repairedMs.set(client, performance.now());
    return true;
  });
  return repairedMs;
}

const lambdaRuns = (stack: LocalDeployment): number =>
  stack.testing.environments().reduce((sum, { invocations }) => sum + invocations, 0);

function tellTimes(
  what: string,
  clients: readonly StormClient[],
  cutMs: number,
  timeOf: (client: StormClient) => number,
): void {
  const sorted = clients.map((client) => timeOf(client) - cutMs).sort((one, other) => one - other);
  const at = (part: number) => seconds(sorted[Math.floor((sorted.length - 1) * part)] ?? 0);
  console.log(`${what.padEnd(16)} first ${at(0)}, median ${at(0.5)}, last ${at(1)} after the disconnect`);
}

const NO_DIALS: Dials = { opened: 0, refused: 0, unanswered: 0, withoutNetwork: 0 };

function sumDials(clients: readonly StormClient[]): Dials {
  const sum = { ...NO_DIALS };
  for (const { dials } of clients) for (const name of Object.keys(sum) as (keyof Dials)[]) sum[name] += dials[name];
  return sum;
}

function tellDials(after: Dials, before: Dials): void {
  const [opened, refused, unanswered, withoutNetwork] = (
    ['opened', 'refused', 'unanswered', 'withoutNetwork'] as const
  ).map((name) => after[name] - before[name]);
  console.log(`${'connects'.padEnd(16)} ${opened} opened; tried in vain: ${refused} refused, ${unanswered} unanswered`);
  console.log(`${'no network'.padEnd(16)} ${withoutNetwork} dials reached nobody during the outage`);
}

function tellLoad(runs: number, { user, system }: NodeJS.CpuUsage, tookMs: number): void {
  const cores = ((user + system) / 1000 / tookMs).toFixed(1);
  const rate = (runs / (tookMs / 1000)).toFixed(0);
  console.log(`${'load'.padEnd(16)} ${runs} Lambda runs in ${seconds(tookMs)}, ${rate} a second`);
  console.log(`${''.padEnd(16)} clients and gateway, one process, took ${cores} cores of it`);
}

/** Everybody is still a member, by the server API, and was handed each message once and in order. */
async function check({ appServer, clients, rooms, newest, state }: Storm): Promise<void> {
  let members = 0;
  for (const room of rooms) {
    const asked = clients.filter((client) => client.room === room).map(({ userId }) => userId);
    members += await countMembers(appServer, room, asked);
  }
  const faults = clients.flatMap(({ userId, faults: own }) => own.map((fault) => `${userId} ${fault}`));
  const whole = clients.filter(({ room, seqs }) => {
    const wanted = Array.from({ length: newest.get(room) ?? 0 }, (_, index) => index + 1);
    return JSON.stringify(seqs) === JSON.stringify(wanted);
  }).length;
  const most = Math.max(...newest.values()) - 2;
  console.log(
    `${'messages'.padEnd(16)} at most ${most} in a room during the storm; ${defaultSettings.offlineMessageLimit} evict`,
  );
  console.log(`${'calls'.padEnd(16)} ${state.failedCalls} of the app to publish failed`);
  console.log(`${'members'.padEnd(16)} ${members} of ${clients.length}`);
  console.log(`${'whole'.padEnd(16)} ${whole} of ${clients.length} were handed each message once, in order`);
  if (faults.length > 0) console.log(`${'faults'.padEnd(16)} ${faults.length}: ${faults.slice(0, 5).join('; ')}`);
  if (members !== clients.length || whole !== clients.length || faults.length > 0) {
    throw new Error('unable to accept the storm; not everybody is as before');
  }
}

async function countMembers(appServer: AppServer, room: string, userIds: readonly string[]): Promise<number> {
  let members = 0;
  await inParallel(userIds, ENTERING_AT_ONCE, async (userId) => {
    if (await appServer.isMember(room, userId)) members += 1;
  });
  return members;
}

/** `clients` gets each of them before it connects, so that the end of the run can end them all. */
async function enter(stack: LocalDeployment, gate: Gate, count: number, { clients, state }: Run): Promise<void> {
  const appServer = new AppServer(stack);
  const indices = Array.from({ length: count }, (_, index) => index);
  let entered = 0;
  await inParallel(indices, ENTERING_AT_ONCE, async (index) => {
    const [userId, room] = [`user-${index}`, `room-${Math.floor(index / ROOM_CLIENTS)}`];
    const token = await appServer.token(userId);
    const client = new StormClient({ server: stack.webSocketUrl, userId, room, token, gate });
    clients.push(client);
    await client.enter();
    entered += 1;
    state.waitsFor = `the entry of ${count - entered} of ${count} clients`;
  });
}

async function run(stack: LocalDeployment, gate: Gate, options: StormOptions, { clients, state }: Run): Promise<void> {
  const startedMs = performance.now();
  await enter(stack, gate, options.clients, { clients, state });
  console.log(`${clients.length} clients are in after ${seconds(performance.now() - startedMs)}`);
  state.waitsFor = 'the rooms to be notified of it';
  await stack.testing.drain();
  const rooms = [...new Set(clients.map(({ room }) => room))];
  await play({ stack, appServer: new AppServer(stack), clients, rooms, newest: new Map(), state }, options);
}

async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  let disconnects = 0;
  const stack = await startLocal({
    port: 0,
    // The app's own calls are not what is tried here.
    settings: { serverApiCallsPerSec: 0 },
    log: (line) => console.error(line),
    step: () => {},
    maxEnvironments: options.maxEnvironments,
    testing: {
      disconnectDelivery: async (deliver) => {
        await deliver();
        disconnects += 1;
      },
    },
  });
  const gate = await openGate(options.connectsPerSec, () => performance.now());
  const clients: StormClient[] = [];
  const state = { waitsFor: 'the start', failedCalls: 0 };
  const tooLate = async (): Promise<never> => {
    await wait(MOST_MS);
    tellDials(sumDials(clients), NO_DIALS);
    throw new Error(`unable to go on; after ${seconds(MOST_MS)} it still waits for ${state.waitsFor}`);
  };
  try {
    await Promise.race([run(stack, gate, options, { clients, state }), tooLate()]);
  } finally {
    for (const client of clients) await client.end();
    // The functions must not be ended while they handle the ends.
    const { opened } = sumDials(clients);
    for (let ms = 0; disconnects < opened && ms < MOST_CLOSING_MS; ms += LOOK_EVERY_MS) await wait(LOOK_EVERY_MS);
    gate.close();
    await closeInTime(stack);
  }
}

/** A stack that does not end by itself is ended process by process. */
async function closeInTime(stack: LocalDeployment): Promise<void> {
  const pids = stack.testing.pids();
  const outcome = await Promise.race([stack.close(), wait(MOST_CLOSING_MS, 'too late')]);
  if (outcome !== 'too late') return;
  console.error('The stack did not end by itself.');
  for (const pid of pids) if (isAlive(pid)) process.kill(pid);
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
