import type { Deps } from './deps.ts';

/** False = this nonce was used before. */
export const useNonce = (deps: Deps, nonce: string, expiresAtMs: number): Promise<boolean> =>
  deps.store.useNonce(nonce, expiresAtMs);

/** As if it had never been used. */
export const forgetNonce = (deps: Deps, nonce: string): Promise<void> => deps.store.forgetNonce(nonce);
