import { marshall } from '@aws-sdk/util-dynamodb';
import { inParallel } from '../../lib/domain/in-parallel.ts';
import { emptyMember, joined, type Member } from '../../lib/domain/member.ts';
import type { Room } from '../../lib/domain/room.ts';
import type { ConnectionId, RoomId, UserId } from '../../lib/protocol/ids.ts';
import { memberKey } from '../../lib/store/dynamodb/keys.ts';
import { toMemberRow } from '../../lib/store/dynamodb/member-row.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { joinRoom } from '../../lib/usecases/join-room.ts';
import { openConnection } from '../../lib/usecases/open-connection.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { servedValue } from '../../test/support/outcome.ts';
import { connectionOf, digitsOf, putItems, ROOM, userOf } from '../compare/contender.ts';
import { TABLE_NAME } from '../measured-deps.ts';
import type { System } from './system.ts';

const BATCH = 25;
const BATCHES_AT_ONCE = 4;
const TOKEN_LIFE_MS = 86_400_000;

/** Who is in the room. */
export interface Filling {
  /** With a connection each; the senders are among them. */
  readonly connections: number;
  /** They connect and join as in a deployment. */
  readonly senders: number;
  readonly offline?: number;
  /** When those went offline. */
  readonly offlineAtMs?: number;
}

export const callerAt = (index: number): Caller => ({
  userId: userOf(index) as UserId,
  connectionId: connectionOf(index) as ConnectionId,
});

/** Fills the system's room; returns the senders. The sink expects all messages at all connections. */
export async function fillRoom(system: System, filling: Filling): Promise<readonly Caller[]> {
  const { connections, senders, offline = 0, offlineAtMs = Date.now() } = filling;
  const { deps } = system;
  const room = await createRoom(deps, ROOM as RoomId, ROOM);
  const callers = Array.from({ length: senders }, (_, index) => callerAt(index));
  await inParallel(callers, BATCHES_AT_ONCE, async (caller) => {
    const token = { issuedAtMs: deps.now(), expiresAtMs: deps.now() + TOKEN_LIFE_MS };
    servedValue(await openConnection(deps, caller, { platform: 'mobile', loginId: caller.userId }, token));
    servedValue(await joinRoom(deps, caller, { room: room.roomId, messageCount: -1, autoCreate: false }));
  });
  const starts = [];
  for (let from = senders; from < connections + offline; from += BATCH) starts.push(from);
  await inParallel(starts, BATCHES_AT_ONCE, async (from) => {
    const to = Math.min(from + BATCH, connections + offline);
    const items = [];
    for (let index = from; index < to; index += 1) {
      items.push(memberItem(memberAt(room, index, index < connections ? undefined : offlineAtMs)));
    }
    await putItems(system.endpoint, TABLE_NAME, items);
  });
  system.sink.expect(
    Array.from({ length: connections }, (_, index) => connectionOf(index)),
    1,
  );
  system.meter.take();
  return callers;
}

/** As a join leaves them, or, since `offlineAtMs`, a disconnect. */
function memberAt(room: Room, index: number, offlineAtMs: number | undefined): Member {
  const { userId, connectionId } = callerAt(index);
  const membership = `${digitsOf(index)}-0000-4000-8000-000000000000`;
  const row = { ...emptyMember(room.roomId, userId, room.epoch), revision: 1 };
  const online = joined(row, { connectionId, device: 'mobile' }, membership, room.createdAtMs);
  if (offlineAtMs === undefined) return online;
  const offline = { seq: 0, atMs: offlineAtMs, sinceMs: offlineAtMs };
  return { ...online, connections: [], devices: {}, disconnectedDevices: ['mobile'], offline };
}

function memberItem(member: Member): object {
  const row = { ...memberKey(member.roomId, member.userId), ...toMemberRow(member), event: 'joined' };
  return marshall(row, { removeUndefinedValues: true });
}
