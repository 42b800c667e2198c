import { SLOW_MODE_MAX_SEC } from '../domain/slow-mode.ts';
import { SECOND_MS } from '../domain/time.ts';
import { setSlowMode, slowModeOf } from '../usecases/slow-mode.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { one } from './fields.ts';
import { integer } from './kinds.ts';
import { noticeFields, noticeInRoom } from './notices.ts';
import { room } from './room-users.ts';
import { whole } from './schema.ts';
import { served, servedOr } from './served.ts';

const set = endpoint({
  path: '/chatroom/slow-mode/set.json',
  about:
    "Doorman's own: how often a member of the room may send: one message in so many seconds. It does not apply to " +
    'users on the allowlist, to users who are exempt from mutes, and to the server API.',
  fields: {
    ...room,
    seconds: one(integer(0, SLOW_MODE_MAX_SEC), 'one message in so many seconds; 0 = as many as they like'),
    ...noticeFields,
  },
  run: async ({ deps }, { chatroomId, seconds, ...wanted }) => {
    served(await setSlowMode(deps, chatroomId, seconds), 'set slow mode');
    const durationMs = seconds * SECOND_MS;
    await noticeInRoom(deps, chatroomId, wanted, { kind: 'slow-mode', userIds: [], durationMs });
    return {};
  },
});

const get = endpoint({
  path: '/chatroom/slow-mode/get.json',
  about: "Doorman's own: how often a member of the room may send. A room that does not exist has no slow mode.",
  fields: room,
  answer: { seconds: whole('one message in so many seconds; 0 = as many as they like') },
  run: async ({ deps }, { chatroomId }) => ({ seconds: servedOr<number>(await slowModeOf(deps, chatroomId), 0) }),
});

export const slowModeEndpoints: readonly Endpoint[] = [set, get];
