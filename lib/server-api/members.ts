import type { ListedMember } from '../protocol/answers.ts';
import { addToAllowlist, allowlist, removeFromAllowlist } from '../usecases/allowlist-users.ts';
import { blockedUsers, blockUsers, unblockUsers } from '../usecases/block-users.ts';
import { areMembers, queryMembers } from '../usecases/query-members.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { many, one } from './fields.ts';
import { choice, integer, userId } from './kinds.ts';
import { forATime, forGood, listOfTimed, room, users } from './room-users.ts';
import { list, object, oneOf, string, truth, utcTime, whole } from './schema.ts';
import { served, servedOr } from './served.ts';
import { timeText } from './wording.ts';

const ASKED_MAX = 1000;
const LISTED_MAX = 500;

const OWN_FIELD = 'with the setting `memberProfiles`, by the token that joined or resumed last, if it has one';

const listed = ({ userId: id, joinedAtMs, sender: { name, portrait } = {} }: ListedMember) => ({
  ...{ id, time: timeText(joinedAtMs) },
  ...(name === undefined ? {} : { name }),
  ...(portrait === undefined ? {} : { portraitUri: portrait }),
});

const query = endpoint({
  path: '/chatroom/user/query.json',
  about: 'The members of a room, by the time they joined; none of a room that does not exist.',
  fields: {
    ...room,
    count: one(integer(1, LISTED_MAX), 'how many at most'),
    order: one(choice({ '1': 'ascending', '2': 'descending' } as const), '1: first joined first, 2: last joined first'),
  },
  answer: {
    total: whole('how many members there are'),
    users: list(
      object(
        { id: string('the user'), time: utcTime('when they joined') },
        { name: string(OWN_FIELD), portraitUri: string(OWN_FIELD) },
      ),
      'the members',
    ),
  },
  run: async ({ deps }, { chatroomId, count, order }) => {
    const { total, members } = servedOr(await queryMembers(deps, chatroomId, count, order), { total: 0, members: [] });
    return { total, users: members.map(listed) };
  },
});

const exist = endpoint({
  path: '/chatroom/user/exist.json',
  about: 'Is the user a member of the room? Nobody is a member of a room that does not exist.',
  fields: { ...room, userId: one(userId, 'the user') },
  answer: { isInChrm: truth('whether they are') },
  run: async ({ deps }, parameters) => {
    const [isInChrm = false] = await areMembers(deps, parameters.chatroomId, [parameters.userId]);
    return { isInChrm };
  },
});

const usersExist = endpoint({
  path: '/chatroom/users/exist.json',
  about: 'Which of these users are members of the room? None, of a room that does not exist.',
  fields: { ...room, userId: many(userId, ASKED_MAX, 'the users') },
  answer: {
    result: list(
      object({ userId: string('the user'), isInChrm: oneOf('1 = a member', 0, 1) }),
      'each user, in the order of the call',
    ),
  },
  run: async ({ deps }, { chatroomId, userId: asked }) => {
    const inside = await areMembers(deps, chatroomId, asked);
    return { result: asked.map((user, index) => ({ userId: user, isInChrm: inside[index] ? 1 : 0 })) };
  },
});

const block = forATime({
  path: '/chatroom/user/block/add.json',
  about: 'Removes users from the room at once and refuses their joins for a time.',
  unableTo: 'block the users',
  kind: 'block',
  act: blockUsers,
});

const unblock = forGood({
  path: '/chatroom/user/block/rollback.json',
  about:
    'Lets blocked users join again, but does not make them members. Without effect for a room that does not exist.',
  kind: 'unblock',
  act: unblockUsers,
});

const listBlocked = listOfTimed({
  path: '/chatroom/user/block/list.json',
  about: 'The users who are blocked from the room now; none for a room that does not exist.',
  read: blockedUsers,
});

const allow = endpoint({
  path: '/chatroom/user/whitelist/add.json',
  about:
    'Adds users to the allowlist of the room: they are never evicted for being offline. The setting ' +
    '`maxAllowlistedUsers` limits the list, 5 by default; a call adds all of its users or none.',
  fields: { ...room, ...users },
  run: async ({ deps }, { chatroomId, userId: added }) => {
    served(await addToAllowlist(deps, chatroomId, [...new Set(added)]), 'add to the allowlist');
    return {};
  },
});

const delist = endpoint({
  path: '/chatroom/user/whitelist/remove.json',
  about:
    'Takes users off the allowlist. A user who has been offline for long is evicted by the next message, not by this ' +
    'call. Without effect for a room that does not exist.',
  fields: { ...room, ...users },
  run: async ({ deps }, { chatroomId, userId: removed }) => {
    await removeFromAllowlist(deps, chatroomId, [...new Set(removed)]);
    return {};
  },
});

const listAllowlisted = endpoint({
  path: '/chatroom/user/whitelist/query.json',
  about: 'The users on the allowlist; none for a room that does not exist.',
  fields: room,
  answer: { users: list(string('a user'), 'the users') },
  run: async ({ deps }, { chatroomId }) => ({ users: servedOr(await allowlist(deps, chatroomId), []) }),
});

export const memberEndpoints: readonly Endpoint[] = [
  query,
  exist,
  usersExist,
  block,
  unblock,
  listBlocked,
  allow,
  delist,
  listAllowlisted,
];
