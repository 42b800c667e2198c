import type { UserId } from '../protocol/ids.ts';
import { deactivatedUsers, deactivateUsers, reactivateUsers } from '../usecases/deactivate-users.ts';
import { eraseUsers } from '../usecases/erase-users.ts';
import { listUsers } from '../usecases/user-profile.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { type Field, many, withDefault } from './fields.ts';
import { choice, userId } from './kinds.ts';
import { pageNumber, pageSize } from './paging.ts';
import { list, object, string, utcTime, whole } from './schema.ts';
import { served } from './served.ts';
import { timeText } from './wording.ts';

const USERS_MAX = 100;
const LISTED_MAX = 100;
const LISTED = 20;
const DEACTIVATED_MAX = 50;

const userList = many(userId, USERS_MAX, 'the users');

/** RongCloud's Go SDK joins them by commas, which are in no id. */
const userIds: Field<readonly UserId[]> = {
  ...userList,
  about: 'the users, each by itself or joined by commas',
  read: (name, form) =>
    userList.read(name, new Map([[name, (form.get(name) ?? []).flatMap((value) => value.split(','))]])),
};

const operateId = { operateId: string('names this call') };

const query = endpoint({
  path: '/user/query.json',
  about:
    'The users with a token, page by page, in the order of their first token. A caller that reads one page after the ' +
    'other gets each user once.',
  fields: {
    page: pageNumber,
    pageSize: pageSize(LISTED_MAX, LISTED),
    order: withDefault(
      choice<'ascending' | 'descending'>({ '0': 'ascending', '1': 'descending' }),
      '0',
      '0 = oldest first, 1 = newest first',
    ),
  },
  answer: {
    total: whole('how many users there are; a few too many if calls were interrupted'),
    users: list(
      object({
        userId: string('the user'),
        userName: string('their name'),
        userPortrait: string('where their picture is'),
        regTime: utcTime('when their first token was asked for'),
      }),
      'the users',
    ),
  },
  run: async ({ deps }, { order, page, pageSize: size }) => {
    const { total, users } = await listUsers(deps, order, page, size);
    const listed = served(users, 'list the users').map((profile) => ({
      userId: profile.userId,
      userName: profile.name,
      userPortrait: profile.portraitUri,
      regTime: timeText(profile.createdAtMs),
    }));
    return { total, users: listed };
  },
});

const deactivate = endpoint({
  path: '/user/deactivate.json',
  about:
    'Refuses connections of users until they are reactivated, and force-closes those that are open; in their rooms they ' +
    'are then offline. Their names, pictures, blacklists and tags are deleted for good. It may be repeated.',
  fields: { userId: userIds },
  answer: operateId,
  run: async ({ deps }, { userId: deactivated }) => {
    await deactivateUsers(deps, deactivated);
    return { operateId: deps.randomId() };
  },
});

const listDeactivated = endpoint({
  path: '/user/deactivate/query.json',
  about: 'The users who are deactivated, page by page, the one who was deactivated last first.',
  fields: { pageNo: pageNumber, pageSize: pageSize(DEACTIVATED_MAX, DEACTIVATED_MAX) },
  answer: { users: list(string('a user'), 'the users') },
  run: async ({ deps }, { pageNo, pageSize: size }) => ({
    users: served(await deactivatedUsers(deps, pageNo, size), 'list the deactivated users'),
  }),
});

const reactivate = endpoint({
  path: '/user/reactivate.json',
  about: 'Lets deactivated users connect again, with new tokens. What was deleted is not restored.',
  fields: { userId: userIds },
  answer: operateId,
  run: async ({ deps }, { userId: reactivated }) => {
    await reactivateUsers(deps, reactivated);
    return { operateId: deps.randomId() };
  },
});

const erase = endpoint({
  path: '/user/delusers.json',
  about:
    'Deletes users. When the call answers, their tokens are invalid, their connections are force-closed, and they are ' +
    'removed from the rooms in which they were lately; all other rooms follow within minutes. Names, pictures, ' +
    'blacklists, tags, and blocks and mutes in all rooms are deleted. An unknown user counts as deleted; repeat the ' +
    'call after an error.',
  fields: { userId: userIds },
  run: async ({ deps }, { userId: erased }) => {
    await eraseUsers(deps, erased);
    return {};
  },
});

export const userAccountEndpoints: readonly Endpoint[] = [query, deactivate, listDeactivated, reactivate, erase];
