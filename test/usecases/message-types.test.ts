import { expect, test } from 'vitest';
import * as types from '../../lib/usecases/message-types.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';

const store = useStore('dynoxide');
/** In the order in which a set is read. */
const many = (count: number) => Array.from({ length: count }, (_, index) => `app:type-${index + 10}`);

test.each([
  ['low priority', types.lowPriorityTypes, types.addLowPriorityTypes, types.removeLowPriorityTypes],
  ['the allowlist', types.allowlistedTypes, types.addAllowlistedTypes, types.removeAllowlistedTypes],
])('types of %s: at most 20, all or none', async (_what, list, add, remove) => {
  const { deps } = createWorld(store());
  expect(await list(deps)).toEqual([]);
  expect(await add(deps, many(18))).toBe('added');
  expect(await add(deps, ['a', 'b', 'c'])).toMatchObject({ reason: 'list-full' });
  expect(await list(deps)).toEqual(many(18));
  expect(await add(deps, ['constructor', 'app:type-13', 'a'])).toBe('added');
  await remove(deps, many(18));
  expect(await list(deps)).toEqual(['a', 'constructor']);
});

test('a type of low priority gets half of the quota, a type on the allowlist is not limited', async () => {
  const world = createWorld(store(), { roomMessageQuota: 4, sendsPerSecond: 100 });
  const ann = await world.enter('ann');
  await types.addLowPriorityTypes(world.deps, ['app:low']);
  await types.addAllowlistedTypes(world.deps, ['app:free']);
  let sends = 0;
  const codeOf = async (type: string) => {
    sends += 1;
    const frame = { action: 'send', room: world.room, clientMessageId: `m${sends}`, type, content: '{}' };
    return (await world.frame<{ readonly code: 0 }>(ann, frame)).code;
  };
  const codes: Record<string, number[]> = { 'app:low': [], 'app:normal': [], 'app:free': [] };
  for (const [type, found] of Object.entries(codes)) for (let n = 0; n < 3; n += 1) found.push(await codeOf(type));
  expect(codes).toEqual({ 'app:low': [0, 0, 20604], 'app:normal': [0, 0, 20604], 'app:free': [0, 0, 0] });
});
