import { expect, test } from 'vitest';
import { useNonce } from '../../lib/usecases/use-nonce.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';

const store = useStore('dynoxide');

test.each(['123456', 'constructor'])('the nonce %s works once, also where two calls come at once', async (nonce) => {
  const { deps, clock } = createWorld(store());
  const expiresAtMs = clock.nowMs + 60_000;
  const used = await Promise.all([useNonce(deps, nonce, expiresAtMs), useNonce(deps, nonce, expiresAtMs)]);
  expect(used.toSorted()).toEqual([false, true]);
  expect(await useNonce(deps, nonce, expiresAtMs)).toBe(false);
  expect(await useNonce(deps, `${nonce}-other`, expiresAtMs)).toBe(true);
});
