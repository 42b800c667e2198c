import { setTimeout as wait } from 'node:timers/promises';
import { keyOf } from '../simulation/schedule/truth.ts';
import { pendingOf } from './acts.ts';
import type { Part } from './part.ts';
import type { Stage } from './stage.ts';
import { sweepOnce } from './sweeps.ts';
import type { TortureClient } from './torture-client.ts';

const EVENTS_QUEUE = 'EventsWebhook0F6C5151';
const PENDING_MOST_MS = 90_000;
const CONVERGED_MOST_MS = 60_000;
const LOOK_EVERY_MS = 250;
/** A message to all rooms once in so many looks: it shows each client what it misses, and the server who is gone. */
const FENCE_EVERY = 8;

/** Something that should have come right, and which users it concerns. */
export interface Problem {
  readonly invariant: string;
  readonly sentence: string;
  readonly about: readonly string[];
}

/** Waits until everything has come right again; returns what has not within the time. */
export async function settle(stage: Stage, part: Part, now: () => number): Promise<readonly Problem[]> {
  const { records, server, rooms, users } = part;
  records.history.note({ kind: 'faultsEnd' });
  const pending = await until(now() + PENDING_MOST_MS, now, async () => [...unanswered(part), ...unfinished(stage)]);
  if (pending.length > 0) return pending;
  for (const room of rooms) await server.mute(room, false);
  let looks = 0;
  const problems = await until(now() + CONVERGED_MOST_MS, now, async () => {
    for (const client of part.clients) askAgain(client);
    if (looks % FENCE_EVERY === 0) for (const room of rooms) await server.publish(room);
    looks += 1;
    await sweepOnce(stage);
    stage.stack.testing.queue(EVENTS_QUEUE).expireVisibility();
    await stage.stack.testing.drain();
    return [...unanswered(part), ...wrongRows(stage, part), ...wrongClients(part)];
  });
  for (const room of rooms) await server.members(room);
  for (const room of rooms) for (const user of users) await server.exist(room, user);
  records.history.note({ kind: 'settled' });
  return problems;
}

async function until(
  mostMs: number,
  now: () => number,
  look: () => Promise<readonly Problem[]>,
): Promise<readonly Problem[]> {
  for (;;) {
    const problems = await look();
    if (problems.length === 0 || now() > mostMs) return problems;
    await wait(LOOK_EVERY_MS);
  }
}

/** An app that does not know the outcome of a call joins once more: then it is in this room, and in no other. */
function askAgain(client: TortureClient): void {
  const [room] = client.unsure;
  if (room !== undefined && client.pending === 0) client.join(room);
}

/** A Lambda whose client has given up may still do what it was asked. */
function unfinished({ invocations: { running } }: Stage): readonly Problem[] {
  return running === 0 ? [] : [problem('I-L3', `${running} Lambdas are still running`)];
}

function unanswered(part: Part): readonly Problem[] {
  if (pendingOf(part) === 0) return [];
  const names = part.clients.filter(({ pending }) => pending > 0).map(({ userId }) => userId);
  return [{ invariant: 'I-D11', sentence: `calls of the app without an outcome: ${names.join(', ')}`, about: names }];
}

const problem = (invariant: string, sentence: string, ...about: readonly string[]): Problem => ({
  ...{ invariant, sentence, about },
});

/** The rows against the sockets that the gateway has open, and against what the clients know. */
function wrongRows({ stack }: Stage, { records, clients }: Part): readonly Problem[] {
  const open = new Set(stack.testing.connectionIds());
  const { truth } = records.history;
  return [...truth.members.values()].flatMap((member) => {
    const { roomId: room, userId: user, connections, offline, membershipId } = member;
    const life = truth.rooms.get(room);
    if (membershipId === undefined || life?.epoch !== member.roomEpoch || life.destroyedAtMs !== undefined) return [];
    const isMember = (truth.turns.get(keyOf(room, user))?.at(-1)?.membership ?? '') !== '';
    if (!isMember) return [problem('I-L1', `${user} is evicted from ${room}, and the row is still there`, user)];
    if ((offline === undefined) === (connections.length === 0)) {
      return [problem('I-L1', `${user} in ${room} has ${connections.length} connections and the mark of others`, user)];
    }
    return connections.flatMap((connection) => {
      if (!open.has(connection)) {
        return [problem('I-L1', `${user} is online in ${room} by ${connection}, which is no open socket`, user)];
      }
      const client = clients.find(({ connectionId }) => connectionId === connection);
      if (client?.rooms.has(room) === true) return [];
      const knows = client === undefined ? 'which belongs to no client' : 'whose app does not know';
      return [problem('I-L1', `${user} is online in ${room} by ${connection}, ${knows}`, user)];
    });
  });
}

function wrongClients(part: Part): readonly Problem[] {
  const { members, rooms } = part.records.history.truth;
  return part.clients.flatMap((client) => {
    const { userId: user, platform } = client;
    if (!client.isConnected) return [problem('I-D5', `${user}/${platform} does not connect again`, user)];
    return [...client.rooms].flatMap((room) => {
      const row = members.get(keyOf(room, user));
      if (row?.connections.some((connection) => connection === client.connectionId) === true) {
        return missing(part, client, room, rooms.get(room)?.seq ?? 0);
      }
      const sentence = `${user}/${platform} believes to be in ${room}, and the row does not have its connection`;
      return [problem('I-M13', sentence, user)];
    });
  });
}

/** I-D5, I-D6: a member has all that was accepted since they joined. */
function missing({ records }: Part, client: TortureClient, room: string, newestSeq: number): readonly Problem[] {
  const { userId, platform, stays } = client;
  const stay = stays.get(room);
  const who = `${userId}/${platform}`;
  if (stay === undefined) return [problem('I-D6', `${who} is in ${room} without the answer to a join`, userId)];
  const [lost] = stay.lost;
  if (lost !== undefined) return [problem('I-D6', `${who} has lost ${lost} of ${room} as a member`, userId)];
  const own = new Set(
    records.events.flatMap((event) => {
      const isOwn = event.kind === 'accepted' && event.epoch === stay.epoch && stays.asked.has(event.clientMessageId);
      return isOwn ? [event.seq] : [];
    }),
  );
  for (let seq = stay.afterSeq + 1; seq <= newestSeq; seq += 1) {
    if (stay.seqs.has(seq) || own.has(seq)) continue;
    return [problem('I-D5', `${who} was not handed ${seq} of ${room}, which is at ${newestSeq}`, userId)];
  }
  return [];
}
