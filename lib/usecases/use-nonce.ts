import type { Deps } from './deps.ts';

/** False = this nonce was used before. */
export const useNonce = (deps: Deps, nonce: string, expiresAtMs: number): Promise<boolean> =>
  deps.store.useNonce(nonce, expiresAtMs);
