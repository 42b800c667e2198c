import { inParallel } from '../domain/in-parallel.ts';
import { isUserId } from '../protocol/ids.ts';
import {
  addToBlacklist,
  BLACKLIST_MAX,
  blacklist,
  type DatedItem,
  removeFromBlacklist,
  setTags,
  TAGS_MAX,
  tags,
} from '../usecases/user-profile.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { list as listField, many, one, optional } from './fields.ts';
import { bytes, type Kind, userId, wrong } from './kinds.ts';
import { pageSize } from './paging.ts';
import { list, mapOf, string } from './schema.ts';
import { served } from './served.ts';

const BLACKLIST_CHANGE_MAX = 20;
const TAG_BYTES_MAX = 40;
const TAGGED_MAX = 1000;
const TAG_CALLS_PER_SEC = 10;
const ASKED_MAX = 50;
const USERS_IN_FLIGHT = 16;

const user = { userId: one(userId, 'the user') };
const others = { blackUserId: many(userId, BLACKLIST_CHANGE_MAX, 'the others') };

/** The last user of the page before it, and when they were noted. */
const tokenOf = ({ item, sinceMs }: DatedItem): string => Buffer.from(`${sinceMs}#${item}`).toString('base64url');

const pageToken: Kind<DatedItem> = {
  rule: 'the `next` of an answer',
  schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,120}$' },
  parse: (name, value) => {
    const text = Buffer.from(value, 'base64url').toString();
    const [, sinceMs, item = ''] = /^(\d{1,15})#(.{1,64})$/.exec(text) ?? [];
    if (sinceMs === undefined || !isUserId(item)) throw wrong(name, pageToken.rule);
    return { item, sinceMs: Number(sinceMs) };
  },
};

const blacklists = [
  endpoint({
    path: '/user/blacklist/add.json',
    about: `Adds to the users that this user wants to hear nothing from, at most ${BLACKLIST_MAX}; kept for the app, not used by rooms.`,
    fields: { ...user, ...others },
    run: async ({ deps }, { userId: owner, blackUserId }) => {
      served(await addToBlacklist(deps, owner, [...new Set(blackUserId)]), 'add to the blacklist');
      return {};
    },
  }),
  endpoint({
    path: '/user/blacklist/remove.json',
    about: 'Removes others from the blacklist of the user.',
    fields: { ...user, ...others },
    run: async ({ deps }, { userId: owner, blackUserId }) => {
      await removeFromBlacklist(deps, owner, [...new Set(blackUserId)]);
      return {};
    },
  }),
  endpoint({
    path: '/user/blacklist/query.json',
    about: 'The blacklist of the user, page by page, newest first.',
    fields: {
      ...user,
      pageToken: optional(pageToken, 'what the page before it gave as `next`; none = the first page'),
      size: pageSize(BLACKLIST_MAX, BLACKLIST_MAX),
    },
    answer: { users: list(string('a user'), 'those on it') },
    sometimes: { next: string('where there is another page: its `pageToken`') },
    run: async ({ deps }, { userId: owner, pageToken: after, size }) => {
      const { users, next } = await blacklist(deps, owner, after, size);
      return next === undefined ? { users } : { users, next: tokenOf(next) };
    },
  }),
];

const tagText = bytes(TAG_BYTES_MAX);
const tag: Kind<string> = {
  ...tagText,
  rule: `text of 1 to ${TAG_BYTES_MAX} bytes`,
  parse: (name, value) => {
    if (value === '') throw wrong(name, tag.rule);
    return tagText.parse(name, value);
  },
};
const newTags = { tags: listField(tag, TAGS_MAX, 'their tags from now on; [] = none') };

const tagging = [
  endpoint({
    path: '/user/tag/set.json',
    about: 'Gives the user these tags instead of those they had; kept for the app.',
    body: 'json',
    fields: { ...user, ...newTags },
    run: async ({ deps }, { userId: owner, tags: given }) => {
      await setTags(deps, owner, given);
      return {};
    },
  }),
  endpoint({
    path: '/user/tag/batch/set.json',
    about: 'Gives each of these users these tags instead of those they had.',
    body: 'json',
    callsPerSec: TAG_CALLS_PER_SEC,
    fields: { userIds: many(userId, TAGGED_MAX, 'the users'), ...newTags },
    run: async ({ deps }, { userIds, tags: given }) => {
      await inParallel([...new Set(userIds)], USERS_IN_FLIGHT, async (owner) => {
        await setTags(deps, owner, given);
      });
      return {};
    },
  }),
  endpoint({
    path: '/user/tags/get.json',
    about: 'The tags of users.',
    fields: { userIds: many(userId, ASKED_MAX, 'the users') },
    answer: { result: mapOf(list(string('a tag'), 'their tags'), 'the tags by user') },
    run: async ({ deps }, { userIds }) => {
      const found = await Promise.all(userIds.map(async (owner) => [owner, await tags(deps, owner)] as const));
      return { result: Object.fromEntries(found) };
    },
  }),
];

export const userListEndpoints: readonly Endpoint[] = [...blacklists, ...tagging];
