import type { RoomStore } from '../../lib/store/room-store.ts';
import type { Deps } from '../../lib/usecases/deps.ts';

/** Whether the Lambda is killed; asked right before each call of the store. */
export type IsDead = (name: keyof RoomStore) => boolean;

/**
 * Deps of one Lambda: once it is dead, no call of it reaches the store or gets an answer. `died` then rejects, so that a
 * test can wait for the end of the Lambda or of its work.
 */
export function mortalDeps(deps: Deps, isDead: IsDead): { readonly deps: Deps; readonly died: Promise<never> } {
  let die = (_fault: Error) => {};
  const died = new Promise<never>((_resolve, reject) => {
    die = reject;
  });
  died.catch(() => {});
  let dead = false;
  const calls = Object.entries(deps.store).map(([name, call]) => [
    name,
    (...values: never[]) => {
      dead ||= isDead(name as keyof RoomStore);
      if (dead) die(new Error('the Lambda was killed'));
      return dead ? new Promise(() => {}) : (call as (...values: never[]) => unknown)(...values);
    },
  ]);
  return { deps: { ...deps, store: { ...deps.store, ...Object.fromEntries(calls) } }, died };
}
