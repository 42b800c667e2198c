import type { Outcome } from '../domain/outcome.ts';
import { MINUTE_MS } from '../domain/time.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Deps } from '../usecases/deps.ts';
import { endExemption, exemptFromMute, exemptUsers } from '../usecases/exempt-from-mute.ts';
import { mutedEverywhere, muteEverywhere, unmuteEverywhere } from '../usecases/mute-everywhere.ts';
import { isRoomMuted, mutedRooms, muteRoom, unmuteRoom } from '../usecases/mute-room.ts';
import { mutedUsers, muteUsers, unmuteUsers } from '../usecases/mute-users.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { noticeFields, noticeInRoom, noticeToUsers } from './notices.ts';
import { asked, listFields, pageNumber, pageSize } from './paging.ts';
import { forATime, forGood, listOfTimed, minute, room, timedUsers, toTimedUsers, users } from './room-users.ts';
import { list, oneOf, string } from './schema.ts';
import { served, servedOr } from './served.ts';

const ROOMS_MAX = 1000;

const muteInRoom = [
  forATime({
    path: '/chatroom/user/gag/add.json',
    about: 'Refuses the messages of users to the room for a time; they still receive. It outlasts their membership.',
    unableTo: 'mute the users',
    kind: 'mute-users',
    act: muteUsers,
  }),
  forGood({
    path: '/chatroom/user/gag/rollback.json',
    about: 'Ends mutes set by `gag/add`: the users can send again. Without effect for a room that does not exist.',
    kind: 'unmute-users',
    act: unmuteUsers,
  }),
  listOfTimed({
    path: '/chatroom/user/gag/list.json',
    about: 'The users who are muted in the room now; nobody is in one that does not exist.',
    read: mutedUsers,
  }),
];

const muteInAllRooms = [
  endpoint({
    path: '/chatroom/user/ban/add.json',
    about: 'Keeps users from sending to any room for a time. A notice goes to these users alone.',
    fields: { ...users, ...minute, ...noticeFields },
    run: async ({ deps }, { userId, minute, ...wanted }) => {
      const userIds = [...new Set(userId)];
      const durationMs = minute * MINUTE_MS;
      await muteEverywhere(deps, userIds, deps.now() + durationMs);
      await noticeToUsers(deps, userIds, wanted, { kind: 'mute-everywhere', userIds, durationMs });
      return {};
    },
  }),
  endpoint({
    path: '/chatroom/user/ban/remove.json',
    about: 'Ends mutes set by `user/ban/add`: the users can send again.',
    fields: { ...users, ...noticeFields },
    run: async ({ deps }, { userId, ...wanted }) => {
      const userIds = [...new Set(userId)];
      await unmuteEverywhere(deps, userIds);
      await noticeToUsers(deps, userIds, wanted, { kind: 'unmute-everywhere', userIds, durationMs: 0 });
      return {};
    },
  }),
  endpoint({
    path: '/chatroom/user/ban/query.json',
    about:
      "The users who are muted in all rooms now, the one who is muted longest first. The pages are Doorman's own; they " +
      'are those of `user/block/query`.',
    fields: listFields,
    answer: { users: timedUsers },
    run: async ({ deps }, parameters) => {
      const { page, size } = asked(parameters);
      return { users: toTimedUsers(served(await mutedEverywhere(deps, page, size), 'list the muted users')) };
    },
  }),
];

const onWholeRoom = (call: {
  readonly path: string;
  readonly about: string;
  /** For the error of a room that does not exist; absent = it counts as done there. */
  readonly unableTo?: string;
  readonly kind: 'mute-room' | 'unmute-room';
  readonly act: (deps: Deps, room: RoomId) => Promise<Outcome<unknown>>;
}): Endpoint =>
  endpoint({
    path: call.path,
    about: call.about,
    fields: { ...room, ...noticeFields },
    run: async ({ deps }, { chatroomId, ...wanted }) => {
      const outcome = await call.act(deps, chatroomId);
      if (call.unableTo !== undefined) served(outcome, call.unableTo);
      await noticeInRoom(deps, chatroomId, wanted, { kind: call.kind, userIds: [], durationMs: 0 });
      return {};
    },
  });

const muteTheRoom = [
  onWholeRoom({
    path: '/chatroom/ban/add.json',
    about: 'Keeps all users from sending to the room but those on `user/ban/whitelist`.',
    unableTo: 'mute the room',
    kind: 'mute-room',
    act: muteRoom,
  }),
  onWholeRoom({
    path: '/chatroom/ban/rollback.json',
    about: 'Ends the mute of the whole room. One that does not exist is not muted.',
    kind: 'unmute-room',
    act: unmuteRoom,
  }),
  endpoint({
    path: '/chatroom/ban/query.json',
    about: 'The rooms that are muted now, page by page, in the order of their ids.',
    fields: { page: pageNumber, size: pageSize(ROOMS_MAX, 50) },
    answer: { chatroomIds: list(string('a room'), 'the rooms') },
    run: async ({ deps }, { page, size }) => ({
      chatroomIds: served(await mutedRooms(deps, page, size), 'list the muted rooms'),
    }),
  }),
  endpoint({
    path: '/chatroom/ban/check.json',
    about: 'Is the whole room muted? One that does not exist is not.',
    fields: room,
    answer: { status: oneOf('1 = muted', 0, 1) },
    run: async ({ deps }, { chatroomId }) => ({
      status: servedOr<boolean>(await isRoomMuted(deps, chatroomId), false) ? 1 : 0,
    }),
  }),
];

const exemptions = [
  forGood({
    path: '/chatroom/user/ban/whitelist/add.json',
    about:
      'Lets users send while the room is muted, and while they are muted in it; not while they are muted in all rooms.',
    unableTo: 'exempt the users',
    kind: 'exempt-from-mute',
    act: exemptFromMute,
  }),
  forGood({
    path: '/chatroom/user/ban/whitelist/rollback.json',
    about: 'Ends the exemption of users. Nobody is exempt in a room that does not exist.',
    kind: 'end-exemption',
    act: endExemption,
  }),
  endpoint({
    path: '/chatroom/user/ban/whitelist/query.json',
    about: 'The users who are exempt from mutes of the room; nobody is in one that does not exist.',
    fields: room,
    answer: { userIds: list(string('a user'), 'the users') },
    run: async ({ deps }, { chatroomId }) => ({ userIds: servedOr(await exemptUsers(deps, chatroomId), []) }),
  }),
];

export const muteEndpoints: readonly Endpoint[] = [...muteInRoom, ...muteInAllRooms, ...muteTheRoom, ...exemptions];
