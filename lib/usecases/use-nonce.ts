import type { Deps } from './deps.ts';

/** False = this nonce was used before. */
export const useNonce = (deps: Deps, nonce: string, expiresAtMs: number): Promise<boolean> =>
  deps.store.useNonce(nonce, expiresAtMs);

/** Makes a nonce usable again. */
export const forgetNonce = (deps: Deps, nonce: string): Promise<void> => deps.store.forgetNonce(nonce);
