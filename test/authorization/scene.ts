import { defaultSettings, type Settings } from '../../lib/domain/settings.ts';
import type { WebSocketEvent } from '../../lib/handlers/events.ts';
import { messageHandler } from '../../lib/handlers/message.ts';
import type { UserId } from '../../lib/protocol/ids.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import type { Joined } from '../../lib/usecases/join-room.ts';
import { type FormValues, formText, serve } from '../server-api/api-caller.ts';
import { createApiWorld } from '../server-api/api-world.ts';
import { signedCall } from '../server-api/signed-call.ts';
import { createMemoryStore } from '../simulation/memory-store.ts';
import type { ClientQuery } from '../support/world.ts';
import { changedKeys, rowsByKey, type TableRows } from './table-rows.ts';

const SECOND_MS = 1000;
const LEASE_MS = 170_000;

/** What the frames of a cell name. */
export interface Names {
  readonly room: string;
  readonly ownMessageId: string;
  readonly othersMessageId: string;
  /** The room's epoch before it ended. */
  readonly roomEpoch: string;
  /** The one that ann had last, or one that never was. */
  readonly membership: string;
}

const anySignature = { strongSignaturesOnly: false, singleUseNonces: false, signatureMaxAgeSec: 0 };

export type Scene = ReturnType<typeof createScene>;

/** The product with the settings of a deployment that chooses nothing but `change`, on a table of its own. */
export function createScene(change: Partial<Settings>) {
  const store = createMemoryStore();
  const world = createApiWorld(store, { ...defaultSettings, ...change });
  const { clock, room } = world;
  const names = { room, ownMessageId: '1-x', othersMessageId: '1-x', roomEpoch: 'e-none', membership: 'm-none' };
  const state: { names: Names; tokenLifeMs: number } = { names, tokenLifeMs: 3_600_000 };
  const lenient = { ...world.deps.settings, ...anySignature };
  const onMessage = messageHandler(() => world.deps);

  /** A call of the app server that has to succeed, whatever the settings say of signatures. */
  const must = async (path: string, values: FormValues | string = {}) => {
    const text = typeof values === 'string' ? values : formText(values);
    const { body } = await serve({ ...world.deps, settings: lenient }, signedCall(path, text));
    if (body.code !== 200) throw new Error(`unable to set up the scene; ${path}: ${JSON.stringify(body)}`);
    return body;
  };
  const joinAs = async (caller: Caller, target = room): Promise<Caller> => {
    const joined = await world.join(caller, { room: target });
    if (joined.code !== 0) throw new Error(`unable to set up the scene; the join is refused with ${joined.code}`);
    const { roomEpoch, membership } = joined as Joined;
    if (target === room) state.names = { ...state.names, roomEpoch };
    if (caller.userId === 'ann' && target === room) state.names = { ...state.names, membership };
    return caller;
  };
  const enter = async (userId: string, query: ClientQuery): Promise<Caller> => joinAs(await world.open(userId, query));
  const publish = async (fromUserId: string): Promise<string> => {
    const said = { fromUserId, objectName: 'app:x', content: 'hi', toChatroomId: room };
    const { messageUIDs } = await must('/message/chatroom/publish.json', said);
    return (messageUIDs as readonly { readonly messageUID: string }[])[0]?.messageUID ?? '';
  };
  /** Messages of the app server, spread over enough windows of the room's quota. */
  const publishMany = async (count: number): Promise<void> => {
    for (let sent = 0; sent < count; sent += 10) {
      await world.publish(Math.min(10, count - sent));
      world.pass(SECOND_MS);
    }
  };
  /** The room with bob in it, a message and an entry of each. */
  const furnish = async (): Promise<Caller> => {
    const bob = await enter('bob', { platform: 'web', instance: 'bob_1' });
    const [ownMessageId, othersMessageId] = [await publish('ann'), await publish('bob')];
    state.names = { ...state.names, ownMessageId, othersMessageId };
    await must('/chatroom/entry/set.json', { chatroomId: room, userId: 'ann', key: 'mine', value: 'v' });
    await must('/chatroom/entry/set.json', { chatroomId: room, userId: 'bob', key: 'theirs', value: 'v' });
    world.pass(SECOND_MS);
    return bob;
  };
  /** Longer than a lease in which only these connections are heard, and a run of the sweep. */
  const silence = async (...heard: readonly Caller[]): Promise<void> => {
    for (let passedMs = 0; passedMs < 2 * LEASE_MS; passedMs += LEASE_MS / 2) {
      world.pass(LEASE_MS / 2);
      for (const caller of heard) await world.beat(caller);
    }
    await world.sweep();
  };
  const eventOf = (caller: Caller, body: string): WebSocketEvent => ({
    requestContext: {
      connectionId: caller.connectionId,
      requestTimeEpoch: clock.nowMs,
      authorizer: { userId: caller.userId, issuedAtMs: 0, expiresAtMs: String(clock.nowMs + state.tokenLifeMs) },
    },
    body,
  });
  /** The answer to a frame; nothing for a heartbeat. */
  const frame = async (caller: Caller, body: string): Promise<Readonly<Record<string, unknown>> | undefined> => {
    const result = await onMessage(eventOf(caller, body));
    return result.body === undefined ? undefined : JSON.parse(result.body);
  };
  return {
    ...world,
    ...{ must, joinAs, enter, publishMany, furnish, silence, frame, state },
    ann: 'ann' as UserId,
    store: world.deps.store,
    rows: () => rowsByKey(store.rows()),
    rowOf: (key: string) => rowsByKey(store.rows()).get(key) ?? {},
    putRow: store.put,
    /** Makes the table what it was. */
    restore: (rows: TableRows) => {
      for (const { pk, sk, row } of changedKeys(rowsByKey(store.rows()), rows)) {
        if (row === undefined) store.remove(pk, sk);
        else store.put(row);
      }
    },
    untilMs: () => clock.nowMs + 3_600_000,
    expireToken: () => {
      state.tokenLifeMs = 0;
    },
  };
}
