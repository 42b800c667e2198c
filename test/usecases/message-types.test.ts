import { expect, test } from 'vitest';
import { addMessageTypes, messageTypes, removeMessageTypes } from '../../lib/usecases/message-types.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';

const store = useStore('dynoxide');
/** In the order in which a set is read. */
const many = (count: number) => Array.from({ length: count }, (_, index) => `app:type-${index + 10}`);

test.each(['low-priority-types', 'allowlisted-types'] as const)('%s: at most 20, all or none', async (list) => {
  const { deps } = createWorld(store());
  expect(await messageTypes(deps, list)).toEqual([]);
  expect(await addMessageTypes(deps, list, many(18))).toBe('added');
  expect(await addMessageTypes(deps, list, ['a', 'b', 'c'])).toMatchObject({ reason: 'list-full' });
  expect(await messageTypes(deps, list)).toEqual(many(18));
  expect(await addMessageTypes(deps, list, ['constructor', 'app:type-13', 'a'])).toBe('added');
  await removeMessageTypes(deps, list, many(18));
  expect(await messageTypes(deps, list)).toEqual(['a', 'constructor']);
});

test('a type of low priority gets half of the quota, a type on the allowlist is not limited', async () => {
  const world = createWorld(store(), { roomMessageQuota: 4, sendsPerSecond: 100 });
  const ann = await world.enter('ann');
  await addMessageTypes(world.deps, 'low-priority-types', ['app:low']);
  await addMessageTypes(world.deps, 'allowlisted-types', ['app:free']);
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
