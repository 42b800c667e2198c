import type { RoomStore } from '../../lib/store/room-store.ts';

/** A store that runs work once, right before or right after the next call of this name. */
export function disturb(store: RoomStore, name: keyof RoomStore, when: 'before' | 'after') {
  const call = store[name] as (...values: unknown[]) => Promise<unknown>;
  let waiting: (() => unknown) | undefined;
  const takeWaiting = () => {
    const work = waiting;
    waiting = undefined;
    return work;
  };
  const disturbed = async (...values: unknown[]) => {
    const work = takeWaiting();
    if (when === 'before') await work?.();
    const outcome = await call(...values);
    if (when === 'after') await work?.();
    return outcome;
  };
  return {
    store: { ...store, [name]: disturbed },
    once: (work: () => unknown) => {
      waiting = work;
    },
  };
}
