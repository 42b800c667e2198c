import { expect, test } from 'vitest';
import { acceptCall } from '../../lib/usecases/accept-call.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';

const store = useStore('dynoxide');

test.each(['/chatroom/create', 'constructor'])(
  '%s: as many calls per second as the limit allows, then none',
  async (path) => {
    const { deps, pass } = createWorld(store());
    const accepted = [];
    for (let call = 0; call < 4; call += 1) accepted.push(await acceptCall(deps, path, 3));
    expect(accepted).toEqual([true, true, true, false]);
    expect(await acceptCall(deps, `${path}-other`, 3)).toBe(true);
    pass(1000);
    expect(await acceptCall(deps, path, 3)).toBe(true);
  },
);

test('a limit of 0 means no limit', async () => {
  const { deps } = createWorld(store());
  for (let call = 0; call < 3; call += 1) expect(await acceptCall(deps, '/chatroom/destroy', 0)).toBe(true);
});
