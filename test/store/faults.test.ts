import { describe, expect, it } from 'vitest';
import { createDynamoStore } from '../../lib/store/dynamodb/dynamodb-store.ts';
import { AcceptanceUnknown, StoreFault } from '../../lib/store/room-store.ts';
import { documentTableClient } from '../support/document-client.ts';
import { connectionLifeMs, createClientAt, realChance, tableName, useStore } from '../support/emulators.ts';
import { mostAtOnce } from './interposed-store.ts';
import { acceptance, newMember, newRoom, user } from './rows.ts';

const use = useStore('dynoxide');

/** A store whose requests end in these ways, in turn; `lost` = it is applied, but its answer does not arrive. */
function storeWith(ends: readonly ('throttled' | 'lost' | 'denied' | 'fine')[]) {
  const { endpoint, clock } = use();
  const client = createClientAt(endpoint);
  let sent = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      const end = ends[sent] ?? 'fine';
      sent += 1;
      if (end === 'throttled') throw failure('ThrottlingException', 400);
      if (end === 'denied') throw failure('AccessDeniedException', 400);
      const answer = await next(args);
      if (end === 'lost') throw failure('TimeoutError', undefined);
      return answer;
    },
    { step: 'initialize', name: 'faults', priority: 'high' },
  );
  const store = createDynamoStore({
    client: documentTableClient(client),
    tableName,
    connectionLifeMs,
    dueShards: 2,
    now: () => clock.nowMs,
    ...realChance,
  });
  return { store, sent: () => sent };
}

const failure = (name: string, httpStatusCode: number | undefined) =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });

describe('the store under faults', () => {
  const created = async () => {
    const room = newRoom();
    await use().store.createRoom(room);
    return room;
  };

  it('repeats an acceptance that was certainly not applied', async () => {
    const room = await created();
    const { store, sent } = storeWith(['throttled', 'throttled']);
    expect(await store.acceptMessage(acceptance(room, 'a'))).toMatchObject({ seq: 1 });
    expect(sent()).toBe(3);
  });

  it('never repeats an acceptance whose answer was lost', async () => {
    const room = await created();
    const { store, sent } = storeWith(['lost']);
    await expect(store.acceptMessage(acceptance(room, 'a'))).rejects.toThrow(AcceptanceUnknown);
    expect(sent()).toBe(1);
    expect((await store.getRoom(room.roomId))?.tail.map((entry) => entry.message?.messageId)).toEqual(['1-a']);
  });

  it('gives up with a StoreFault', async () => {
    const room = await created();
    const denied = storeWith(['denied']);
    await expect(denied.store.acceptMessage(acceptance(room, 'a'))).rejects.toThrow(StoreFault);
    expect(denied.sent()).toBe(1);
    const throttled = storeWith(Array.from({ length: 9 }, () => 'throttled' as const));
    await expect(throttled.store.getRoom(room.roomId)).rejects.toThrow(StoreFault);
  });

  it('recognises its own write after a lost answer', async () => {
    const room = newRoom();
    expect(await storeWith(['lost']).store.createRoom(room)).toBe(true);
    const stored = await storeWith(['lost']).store.putMember(newMember(room.roomId, 'ann'), 0);
    if (stored === 'conflict') throw new Error('unable to put; conflict');
    expect(await use().store.getMember(room.roomId, user('ann'))).toEqual(stored);
    expect(await storeWith(['lost']).store.deleteMember(stored)).toBe('deleted');
    expect(await storeWith(['lost']).store.destroyRoom(room.roomId, 'e1', 7, true)).toMatchObject({ destroyedAtMs: 7 });
  });

  it('reads many rows with 20 requests under way, and all of them', async () => {
    const room = newRoom();
    const users = Array.from({ length: 2_500 }, (_, index) => user(`u${index}`));
    for (const name of [users[0], users[1_250], users[2_499]])
      await use().store.putMember(newMember(room.roomId, `${name}`), 0);
    const found: string[] = [];
    const most = await mostAtOnce(use(), async (store) => {
      for (const { userId } of await store.getMembers(room.roomId, users)) found.push(userId);
    });
    expect(most).toBe(20);
    expect(new Set(found)).toEqual(new Set(['u0', 'u1250', 'u2499']));
  });
});
