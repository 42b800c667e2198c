import type { Settings } from '../../lib/domain/settings.ts';
import type { UserId } from '../../lib/protocol/ids.ts';
import type { PushFrame } from '../../lib/protocol/push-frames.ts';
import type { RoomStore } from '../../lib/store/room-store.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { openConnection } from '../../lib/usecases/open-connection.ts';
import type { EmulatedStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';

/** A world in which some calls of the store are replaced. */
export const worldWith = (
  made: EmulatedStore,
  change: (store: RoomStore) => Partial<RoomStore>,
  settings: Partial<Settings> = {},
): World => createWorld({ ...made, store: { ...made.store, ...change(made.store) } }, settings);

/** Work that runs once, at a point of the code under test that the test chooses. */
export function createInterlude() {
  let work: (() => Promise<unknown>) | undefined;
  return {
    plan: (next: () => Promise<unknown>) => {
      work = next;
    },
    play: async (): Promise<void> => {
      const planned = work;
      work = undefined;
      await planned?.();
    },
  };
}

/** The code that refuses a connection whose token was issued at this time; 0 = it is accepted. */
export const connectWith = (world: World, user: UserId, issuedAtMs: number) =>
  openConnection(world.deps, world.device(user), { platform: 'web', loginId: 'run_1' }, { issuedAtMs });

/** The frames of one kind that this connection got. */
export const framesOf = <E extends PushFrame['event']>(world: World, { connectionId }: Caller, event: E) =>
  world.push.framesOf(connectionId).filter((frame): frame is Extract<PushFrame, { event: E }> => frame.event === event);
