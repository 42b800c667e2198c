import { ask, define, nameOfConnection } from '../act.ts';
import type { Guards } from '../guards.ts';
import type { Fact, Outcome, Step, Steps } from '../process.ts';
import { changeRoom } from '../room-steps.ts';
import { ascending, isEvicted, isOnRow } from '../rules.ts';
import { at, type Room, type Row, userOf, type World } from '../world.ts';
import { clock } from './answers.ts';
import { endMembership } from './ends.ts';
import { publish, send } from './send.ts';

export interface Message {
  /** By what connection; null = by the server API. */
  readonly connection: number | null;
  /** The client message id; null where no repeat is played. */
  readonly id: string | null;
  readonly isMarked?: boolean;
}

/** What was read before the message is accepted. */
export interface Decided extends Message {
  readonly epoch: number;
  /** null = whatever the version of the send permissions. */
  readonly version: number | null;
  readonly seq: number;
  /** The time of the room's last message. */
  readonly at: number;
}

/** A declaration, because this file and `send.ts` import each other. */
export function by({ connection }: Message): string {
  return connection === null ? 'the server API' : `a send of ${nameOfConnection(connection)}`;
}

export const accept = define('accept', by, function* (decided: Decided, on): Steps {
  const { connection, id, isMarked = false } = decided;
  const sentAt = Math.max(yield* ask(clock), decided.at);
  const after: Room | null = yield* ask(acceptance(decided, sentAt, on));
  if (after !== null) return followUp({ room: { ...after, version: 0, sent: [] } }, on);
  return connection === null ? publish({ connection, id }, on) : send({ connection, id, isMarked }, on);
});

/** One write gives the message its seq. */
function acceptance(decided: Decided, sentAt: number, on: Guards): Step {
  const { epoch, version, seq, id } = decided;
  const guard = { epoch: on('a message names its room epoch'), live: on('a message needs a live room') };
  const write = changeRoom('accepts the message', epoch, guard, (room) => {
    if (version !== null && room.version !== version && on('a message names the version of the send permissions'))
      return null;
    if (room.at > sentAt && on('times of messages never decrease')) return null;
    const next = on('the write itself counts the seq') ? room.seq + 1 : seq + 1;
    return { ...room, seq: next, at: sentAt, sent: id === null ? room.sent : [...room.sent, id].toSorted(ascending) };
  });
  return {
    ...write,
    run: (world, free) => write.run(world, free).map((outcome) => withFacts(world, outcome, decided)),
  };
}

function withFacts(before: World, outcome: Outcome, { connection, id }: Decided): Outcome {
  if (outcome.result === null) return outcome;
  const broken: Fact[] = [];
  const report = (rule: string, why: string) => broken.push({ kind: 'broken', rule, why });
  if (outcome.world.room.seq !== before.room.seq + 1) report('I-D3', 'two messages have one seq');
  if (before.room.life !== 'live') report('I-R1', 'a destroyed room has accepted a message');
  if (id !== null && before.room.sent.includes(id)) report('I-D2', 'one message was accepted twice');
  const isBlocked = connection !== null && at(before.facts, userOf(connection)).blockedIn === before.room.epoch;
  if (isBlocked) report('I-B2', 'a message of a blocked user was accepted');
  return { ...outcome, facts: [...(outcome.facts ?? []), ...broken] };
}

/** One pass over the members ends the memberships that the message evicts. */
export const followUp = define(
  'follow-up',
  () => 'the follow-up of a message',
  function* ({ room }: { room: Room }, on): Steps {
    const rows: readonly Row[] = yield* ask(readRows(room.epoch));
    for (const row of rows) {
      if (isOnRow(row, room) && isEvicted(row, room))
        yield* endMembership(row, 'offline', on, 'a message ends the row that it has read');
    }
    return undefined;
  },
);

/** The rows of this epoch. */
export const readRows = (epoch: number | undefined): Step & { result?: readonly Row[] } => ({
  text: 'reads the members',
  run: (world) => [
    { world, result: world.rows.filter((row) => row.revision !== 0 && (epoch === undefined || row.epoch === epoch)) },
  ],
});
