import type { StreamedStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';
import { callerOf } from './api-caller.ts';

export const OK = { code: 200 };
export const MINUTE_MS = 60_000;

export const noRoom = (unableTo: string) => ({
  code: 1002,
  errorMessage: `unable to ${unableTo}; the room does not exist`,
});

/** A world whose app server calls the API. */
export function createApiWorld(store: StreamedStore, change: Parameters<typeof createWorld>[1] = {}) {
  const world = createWorld(store, change);
  const call = callerOf(world.deps);
  const create = () => call('/chatroom/create_new.json', { chatroomId: world.room });
  const notices = (connectionId: string) =>
    world.push.framesOf(connectionId).filter((frame) => frame.event === 'notice');
  return { ...world, call, create, notices };
}
