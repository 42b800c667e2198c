import { describe, expect, test } from 'vitest';
import type { Settings } from '../../lib/domain/settings.ts';
import type { InfoAnswer } from '../../lib/protocol/answers.ts';
import { frameBytes } from '../../lib/protocol/frame-size.ts';
import type { UserId } from '../../lib/protocol/ids.ts';
import { FRAME_BYTES_MAX } from '../../lib/protocol/limits.ts';
import type { Sender } from '../../lib/protocol/message.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { joinRoom } from '../../lib/usecases/join-room.ts';
import { queryMembers } from '../../lib/usecases/query-members.ts';
import { roomInfo } from '../../lib/usecases/room-info.ts';
import { sendMessage } from '../../lib/usecases/send-message.ts';
import { useStore } from '../support/emulators.ts';
import { servedValue } from '../support/outcome.ts';
import type { World } from '../support/world.ts';
import { framesOf } from './changed-world.ts';
import { createMeteredWorld } from './metered-world.ts';

const use = useStore('dynoxide');
const ANN = { name: 'Ann', portrait: 'https://a.example/ann.png' };
const ANNA = { name: 'Anna' };
const PHONE = { platform: 'mobile', instance: 'run_1' };

const on = (settings: Partial<Settings> = {}) => createMeteredWorld(use(), { memberProfiles: true, ...settings });

/** A connection whose token says this of the user, open and in no room. */
const open = async (world: World, userId: string, sender: Sender | undefined, query = {}): Promise<Caller> => ({
  ...(await world.open(userId, query)),
  sender,
});

const join = async (world: World, caller: Caller, resume?: { roomEpoch: string; membership: string; seq: number }) =>
  servedValue(await joinRoom(world.deps, caller, { room: world.room, messageCount: -1, autoCreate: true, resume }));

async function enter(world: World, userId: string, sender: Sender | undefined, query = {}): Promise<Caller> {
  const caller = await open(world, userId, sender, query);
  await join(world, caller);
  return caller;
}

const rowOf = (world: World, { userId }: Caller) => world.deps.store.getMember(world.room, userId);

const listed = async (world: World, caller: Caller): Promise<InfoAnswer['members']> =>
  servedValue(await roomInfo(world.deps, caller, { room: world.room, memberCount: 20, order: 'ascending' })).members;

/** What this connection was notified of: who, what, and the sender, where there is one. */
const noticesTo = async (world: World, witness: Caller) => {
  await world.settle();
  return framesOf(world, witness, 'members')
    .flatMap(({ changes }) => changes)
    .map(({ userId, change, ...rest }) => [userId, change, ...('sender' in rest ? [rest.sender] : [])]);
};

describe('I-N1: a notice and a listed member carry the name and the picture of the token that joined or resumed last', () => {
  test('a join, the list that a client reads, and the list of the server API', async () => {
    const { world } = on();
    const bob = await enter(world, 'bob', undefined);
    const ann = await enter(world, 'ann', ANN);
    expect(await noticesTo(world, bob)).toEqual([
      ['bob', 'joined'],
      ['ann', 'joined', ANN],
    ]);
    const joinedAtMs = world.clock.nowMs;
    const members = [
      { userId: 'ann', joinedAtMs, sender: ANN },
      { userId: 'bob', joinedAtMs },
    ];
    expect(await listed(world, ann)).toEqual(members);
    expect(servedValue(await queryMembers(world.deps, world.room, 9, 'ascending'))).toEqual({ total: 2, members });
  });

  test('a resume with another token replaces it, and notifies nobody', async () => {
    const { world } = on();
    const bob = await enter(world, 'bob', undefined);
    const ann = await open(world, 'ann', ANN, PHONE);
    const { roomEpoch, membership } = await join(world, ann);
    await world.drop(ann);
    expect((await rowOf(world, ann))?.sender).toEqual(ANN);
    const again = await open(world, 'ann', ANNA, PHONE);
    await join(world, again, { roomEpoch, membership, seq: 0 });
    expect((await rowOf(world, ann))?.sender).toEqual(ANNA);
    expect(await noticesTo(world, bob)).toHaveLength(2);
    expect((await listed(world, bob))[0]).toMatchObject({ userId: 'ann', sender: ANNA });
  });

  test('so does a send that resumes, and a second device', async () => {
    const { world } = on();
    const ann = await enter(world, 'ann', ANN, PHONE);
    await world.drop(ann);
    const again = await open(world, 'ann', ANNA, PHONE);
    const message = { room: world.room, clientMessageId: 'm1', type: 'app:x', content: '{}' };
    servedValue(await sendMessage(world.deps, again, message));
    expect((await rowOf(world, ann))?.sender).toEqual(ANNA);
    await enter(world, 'ann', ANN, { platform: 'web', instance: 'other_1' });
    expect((await rowOf(world, ann))?.sender).toEqual(ANN);
    await enter(world, 'ann', undefined, { platform: 'desktop', instance: 'third_1' });
    expect(await rowOf(world, ann)).not.toHaveProperty('sender');
  });

  test('an end says who it was, and a row without a membership does not', async () => {
    const { world } = on();
    const bob = await enter(world, 'bob', undefined);
    await world.leave(await enter(world, 'ann', ANN));
    await enter(world, 'cid', ANNA);
    await world.block(world.clock.nowMs + 60_000, 'cid');
    const [row] = await world.deps.store.getMembers(world.room, ['cid' as UserId]);
    expect(row).toMatchObject({ userId: 'cid', ended: { reason: 'blocked' } });
    expect(row).not.toHaveProperty('sender');
    expect((await noticesTo(world, bob)).slice(3)).toEqual([
      ['cid', 'joined', ANNA],
      ['cid', 'left', ANNA],
    ]);
    expect((await noticesTo(world, bob)).slice(1, 3)).toEqual([
      ['ann', 'joined', ANN],
      ['ann', 'left', ANN],
    ]);
    await world.settle();
    expect(await world.deps.store.getMember(world.room, 'cid' as UserId)).not.toHaveProperty('sender');
  });

  test('off: nothing is noted, and what a row has from before is shown to nobody', async () => {
    const { world } = on({ memberProfiles: false });
    const bob = await enter(world, 'bob', ANNA);
    expect(await rowOf(world, bob)).not.toHaveProperty('sender');
    const { world: before } = on();
    const ann = await enter(before, 'ann', ANN);
    const off = { ...before.deps, settings: { ...before.deps.settings, memberProfiles: false } };
    const query = { room: before.room, memberCount: 20, order: 'ascending' } as const;
    expect(servedValue(await roomInfo(off, ann, query)).members).toEqual([
      { userId: 'ann', joinedAtMs: before.clock.nowMs },
    ]);
    expect(servedValue(await queryMembers(off, before.room, 9, 'ascending')).members[0]).not.toHaveProperty('sender');
  });
});

test('it costs no further read and no further write, on and off', async () => {
  const costs = [];
  for (const memberProfiles of [false, true]) {
    const { world, costOf } = on({ memberProfiles, notifyMemberChanges: false });
    await enter(world, 'bob', undefined);
    const ann = await open(world, 'ann', ANN, PHONE);
    const first = await costOf(() => join(world, ann));
    const { roomEpoch, membership } = first.answer;
    await world.drop(ann);
    const again = await open(world, 'ann', ANNA, PHONE);
    const second = await costOf(() => join(world, again, { roomEpoch, membership, seq: 0 }));
    costs.push([first, second].map(({ writes, readUnits }) => ({ writes, readUnits })));
  }
  expect(costs[1]).toEqual(costs[0]);
});

describe('however long names and addresses are', () => {
  /** 384 bytes as JSON. */
  const name = '\u0001'.repeat(64);

  test('twenty members fit in one answer, and an address that is all escapes is left out', async () => {
    const { world } = on();
    const members: Caller[] = [];
    for (let index = 0; index < 20; index += 1) {
      const userId = `${'u'.repeat(62)}${index + 10}`;
      members.push(await enter(world, userId, { name, portrait: 'p'.repeat(512) }));
    }
    const [first = members[0] as Caller] = members;
    const query = { room: world.room, memberCount: 20, order: 'ascending' } as const;
    const answer = servedValue(await roomInfo(world.deps, first, query));
    expect(answer.members.every(({ sender }) => sender?.portrait?.length === 512)).toBe(true);
    expect(frameBytes({ event: 'answer', id: 'x'.repeat(36), ...answer })).toBeLessThan(FRAME_BYTES_MAX);
    const ann = await enter(world, 'ann', { name, portrait: '"'.repeat(512) });
    expect((await rowOf(world, ann))?.sender).toEqual({ name });
  });

  test('a notice of many joins goes in several frames, none longer than a frame may be', async () => {
    const { world } = on();
    const bob = await enter(world, 'bob', undefined);
    for (let index = 10; index < 60; index += 1) await enter(world, `u${index}`, { name, portrait: 'p'.repeat(512) });
    await world.settle();
    const frames = framesOf(world, bob, 'members');
    const users = frames.flatMap(({ changes }) => changes.map(({ userId }) => userId));
    expect(users).toEqual(['bob', ...Array.from({ length: 50 }, (_, index) => `u${index + 10}`)]);
    expect(frames.length).toBeGreaterThan(1);
    expect(frames.map(frameBytes).filter((bytes) => bytes > FRAME_BYTES_MAX)).toEqual([]);
  });
});
