import { addToAllowlist, allowlist, removeFromAllowlist } from '../usecases/allowlist.ts';
import { blockedUsers, blockUsers, unblockUsers } from '../usecases/block-user.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { flag, integer, many, one, optional, roomId, text, userId } from './fields.ts';
import { badParameter } from './refused-call.ts';
import { noSuchRoom, timeText } from './wording.ts';

const MINUTE_MS = 60_000;
const USERS_MAX = 20;

const room = { chatroomId: one(roomId, 'the room') };
const roomAndUsers = { ...room, userId: many(userId, USERS_MAX, 'the users') };
/** Part of RongCloud's calls; taken and without effect. */
const notice = { needNotify: optional(flag, 'without effect'), extra: optional(text(4096), 'without effect') };

const getToken = endpoint({
  path: '/user/getToken.json',
  about: 'Issues a token with which the user connects.',
  fields: {
    userId: one(userId, 'the user'),
    name: one(text(256), 'his name; not kept'),
    portraitUri: optional(text(1024), 'his picture; not kept'),
  },
  answer: 'userId, token',
  run: async ({ issueToken }, parameters) => ({
    userId: parameters.userId,
    token: await issueToken(parameters.userId),
  }),
});

const block = endpoint({
  path: '/chatroom/user/block/add.json',
  about: 'Puts users out of the room at once and keeps them from joining for a time.',
  fields: { ...roomAndUsers, minute: one(integer(1, 43_200), 'for how many minutes'), ...notice },
  answer: 'nothing more',
  run: async ({ deps }, { chatroomId, userId: users, minute }) => {
    const untilMs = deps.now() + minute * MINUTE_MS;
    if (!(await blockUsers(deps, chatroomId, [...new Set(users)], untilMs))) throw noSuchRoom('block the users');
    return {};
  },
});

const unblock = endpoint({
  path: '/chatroom/user/block/rollback.json',
  about: 'Lets blocked users join again; it does not put them back.',
  fields: { ...roomAndUsers, ...notice },
  answer: 'nothing more',
  run: async ({ deps }, { chatroomId, userId: users }) => {
    if (!(await unblockUsers(deps, chatroomId, [...new Set(users)]))) throw noSuchRoom('lift the block');
    return {};
  },
});

const listBlocked = endpoint({
  path: '/chatroom/user/block/list.json',
  about: 'The users who are blocked now.',
  fields: room,
  answer: 'users: userId and time, when the block ends (UTC, YYYY-MM-DD HH:MM:SS)',
  run: async ({ deps }, { chatroomId }) => {
    const blocked = await blockedUsers(deps, chatroomId);
    if (blocked === undefined) throw noSuchRoom('list the blocked users');
    return { users: blocked.map((user) => ({ userId: user.userId, time: timeText(user.untilMs) })) };
  },
});

const protect = endpoint({
  path: '/chatroom/user/whitelist/add.json',
  about: 'Protects users from being put out of the room for being offline.',
  fields: roomAndUsers,
  answer: 'nothing more',
  run: async ({ deps }, { chatroomId, userId: users }) => {
    const outcome = await addToAllowlist(deps, chatroomId, [...new Set(users)]);
    if (outcome === 'no-room') throw noSuchRoom('protect the users');
    if (outcome === 'full') {
      const limit = deps.settings.maxAllowlistedUsers;
      throw badParameter(`unable to protect the users; a room protects at most ${limit}`);
    }
    return {};
  },
});

const unprotect = endpoint({
  path: '/chatroom/user/whitelist/remove.json',
  about: 'Ends the protection of users.',
  fields: roomAndUsers,
  answer: 'nothing more',
  run: async ({ deps }, { chatroomId, userId: users }) => {
    const removed = await removeFromAllowlist(deps, chatroomId, [...new Set(users)]);
    if (!removed) throw noSuchRoom('end the protection of the users');
    return {};
  },
});

const listProtected = endpoint({
  path: '/chatroom/user/whitelist/query.json',
  about: 'The protected users.',
  fields: room,
  answer: 'users: their ids',
  run: async ({ deps }, { chatroomId }) => {
    const users = await allowlist(deps, chatroomId);
    if (users === undefined) throw noSuchRoom('list the protected users');
    return { users };
  },
});

export const userEndpoints: readonly Endpoint[] = [
  getToken,
  block,
  unblock,
  listBlocked,
  protect,
  unprotect,
  listProtected,
];
