import { createHash } from 'node:crypto';
import type { RoomStore } from '../../lib/store/room-store.ts';

export const sha1Hex = (text: string): string => createHash('sha1').update(text).digest('hex');

/** A store of nonces only, and the time when each may expire. */
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
