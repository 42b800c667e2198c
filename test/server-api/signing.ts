import { createHash } from 'node:crypto';
import type { RoomStore } from '../../lib/store/room-store.ts';

export const sha1Hex = (text: string): string => createHash('sha1').update(text).digest('hex');

/** A store that knows nonces and nothing else, and when it may forget each. */
export function usedOnce() {
  const used = new Set<string>();
  const expiries: number[] = [];
  const store: Partial<RoomStore> = {
    useNonce: async (nonce, expiresAtMs) => {
      if (used.has(nonce)) return false;
      used.add(nonce);
      expiries.push(expiresAtMs);
      return true;
    },
  };
  return { store, expiries };
}
