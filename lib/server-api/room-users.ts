import type { Outcome } from '../domain/outcome.ts';
import { MINUTE_MS } from '../domain/time.ts';
import type { RoomId, UserId } from '../protocol/ids.ts';
import type { NoticeKind } from '../protocol/push-frames.ts';
import type { Deps } from '../usecases/deps.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { many, one } from './fields.ts';
import { integer, roomId, userId } from './kinds.ts';
import { noticeFields, noticeInRoom } from './notices.ts';
import { list, object, string, utcTime } from './schema.ts';
import { served, servedOr } from './served.ts';
import { timeText } from './wording.ts';

/** RongCloud's limit of one block or mute: 30 days. */
const MINUTES_MAX = 43_200;
const USERS_MAX = 20;

export const room = { chatroomId: one(roomId, 'the room') };
export const users = { userId: many(userId, USERS_MAX, 'the users') };
export const minute = { minute: one(integer(1, MINUTES_MAX), 'for how many minutes') };

interface Described {
  readonly path: string;
  readonly about: string;
}

/** A call that blocks or mutes users in a room for a time; the last such call counts. */
export const forATime = (
  call: Described & {
    /** For the error of a room that does not exist. */
    readonly unableTo: string;
    readonly kind: NoticeKind;
    readonly act: (deps: Deps, room: RoomId, users: readonly UserId[], untilMs: number) => Promise<Outcome<unknown>>;
  },
): Endpoint =>
  endpoint({
    path: call.path,
    about: call.about,
    fields: { ...room, ...users, ...minute, ...noticeFields },
    run: async ({ deps }, { chatroomId, userId, minute, ...wanted }) => {
      const userIds = [...new Set(userId)];
      const durationMs = minute * MINUTE_MS;
      served(await call.act(deps, chatroomId, userIds, deps.now() + durationMs), call.unableTo);
      await noticeInRoom(deps, chatroomId, wanted, { kind: call.kind, userIds, durationMs });
      return {};
    },
  });

/** A call that sets something for users in a room, or ends it, without a time. */
export const forGood = (
  call: Described & {
    /** For the error of a room that does not exist; absent = the call succeeds without effect there. */
    readonly unableTo?: string;
    readonly kind: NoticeKind;
    readonly act: (deps: Deps, room: RoomId, users: readonly UserId[]) => Promise<Outcome<unknown>>;
  },
): Endpoint =>
  endpoint({
    path: call.path,
    about: call.about,
    fields: { ...room, ...users, ...noticeFields },
    run: async ({ deps }, { chatroomId, userId, ...wanted }) => {
      const userIds = [...new Set(userId)];
      const outcome = await call.act(deps, chatroomId, userIds);
      if (call.unableTo !== undefined) served(outcome, call.unableTo);
      await noticeInRoom(deps, chatroomId, wanted, { kind: call.kind, userIds, durationMs: 0 });
      return {};
    },
  });

/** Users, and until when they are blocked or muted. */
export const timedUsers = list(object({ userId: string('the user'), time: utcTime('until when') }), 'the users');

export const toTimedUsers = (users: readonly { readonly userId: string; readonly untilMs: number }[]) =>
  users.map(({ userId, untilMs }) => ({ userId, time: timeText(untilMs) }));

/** A call that lists who is blocked or muted in a room, and until when; empty for a room that does not exist. */
export const listOfTimed = (
  call: Described & {
    readonly read: (
      deps: Deps,
      room: RoomId,
    ) => Promise<Outcome<readonly { readonly userId: string; readonly untilMs: number }[]>>;
  },
): Endpoint =>
  endpoint({
    path: call.path,
    about: call.about,
    fields: room,
    answer: { users: timedUsers },
    run: async ({ deps }, { chatroomId }) => ({ users: toTimedUsers(servedOr(await call.read(deps, chatroomId), [])) }),
  });
