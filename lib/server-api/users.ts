import { eachInParallel } from '../domain/in-parallel.ts';
import { MINUTE_MS } from '../domain/time.ts';
import { readSender } from '../protocol/sender.ts';
import { blockEverywhere, blockedEverywhere, unblockEverywhere } from '../usecases/block-everywhere.ts';
import { expireTokens } from '../usecases/expire-tokens.ts';
import { getProfile, isOnline, setProfile } from '../usecases/user-profile.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { one, optional } from './fields.ts';
import { bytes, characters, milliseconds, userId } from './kinds.ts';
import { asked, listFields } from './paging.ts';
import { badParameter } from './refused-call.ts';
import { minute, users } from './room-users.ts';
import { list, object, oneOf, string, utcTime } from './schema.ts';
import { served } from './served.ts';
import { timeText } from './wording.ts';

const NAME_LENGTH_MAX = 64;
const PORTRAIT_BYTES_MAX = 1024;
const TOKENS_PER_SEC = 200;
const USERS_IN_FLIGHT = 8;

const user = { userId: one(userId, 'the user') };
const name = characters(NAME_LENGTH_MAX);
const portraitUri = optional(bytes(PORTRAIT_BYTES_MAX), 'where their picture is');

const getToken = endpoint({
  path: '/user/getToken.json',
  about:
    'Issues a token with which the user connects, and keeps their name and picture. Earlier tokens stay valid. The ' +
    'messages of connections with this token have this name, and this picture up to 512 bytes; with the setting ' +
    '`memberProfiles` notices and lists of members have them too.',
  callsPerSec: TOKENS_PER_SEC,
  fields: { ...user, name: one(name, 'their name'), portraitUri },
  answer: { userId: string('the user'), token: string('their token') },
  run: async ({ deps, issueToken }, { userId: owner, ...profile }) => {
    await setProfile(deps, owner, profile);
    const sender = readSender({ name: profile.name, portrait: profile.portraitUri });
    return { userId: owner, token: await issueToken(owner, sender) };
  },
});

const refresh = endpoint({
  path: '/user/refresh.json',
  about: 'Changes the name or the picture that is kept of the user; what is not given stays.',
  fields: { ...user, name: optional(name, 'their name'), portraitUri },
  run: async ({ deps }, { userId: owner, ...profile }) => {
    await setProfile(deps, owner, profile);
    return {};
  },
});

const info = endpoint({
  path: '/user/info.json',
  about: 'The name and the picture that are kept of the user.',
  fields: user,
  answer: {
    userName: string('their name'),
    userPortrait: string('where their picture is'),
    createTime: utcTime('when their first token was asked for'),
  },
  run: async ({ deps }, { userId: asked }) => {
    const profile = await getProfile(deps, asked);
    if (profile === undefined) throw badParameter('unable to describe the user; no token was ever issued for them');
    return {
      userName: profile.name,
      userPortrait: profile.portraitUri,
      createTime: timeText(profile.createdAtMs),
    };
  },
});

const expire = endpoint({
  path: '/user/token/expire.json',
  about: 'Revokes tokens of these users, and force-closes the connections that were opened with them.',
  fields: { ...users, time: one(milliseconds, 'tokens issued before it') },
  run: async ({ deps }, { userId: owners, time }) => {
    await eachInParallel([...new Set(owners)], USERS_IN_FLIGHT, (owner) => expireTokens(deps, owner, time));
    return {};
  },
});

const checkOnline = endpoint({
  path: '/user/checkOnline.json',
  about: 'Whether the user has an open connection.',
  fields: user,
  answer: { status: oneOf('1 = yes', '0', '1') },
  run: async ({ deps }, { userId: asked }) => ({ status: (await isOnline(deps, asked)) ? '1' : '0' }),
});

const block = endpoint({
  path: '/user/block.json',
  about: 'Refuses connections of users for a time and force-closes open ones; in their rooms they are then offline.',
  fields: { ...users, ...minute },
  run: async ({ deps }, { userId: blocked, minute }) => {
    await blockEverywhere(deps, [...new Set(blocked)], deps.now() + minute * MINUTE_MS);
    return {};
  },
});

const unblock = endpoint({
  path: '/user/unblock.json',
  about: 'Lets users connect again.',
  fields: users,
  run: async ({ deps }, { userId: unblocked }) => {
    await unblockEverywhere(deps, [...new Set(unblocked)]);
    return {};
  },
});

const listBlocked = endpoint({
  path: '/user/block/query.json',
  about:
    'The users who may not connect now, the longest blocked first. A caller that reads one page after the other gets each ' +
    'user once, even if users are blocked and unblocked in between.',
  fields: listFields,
  answer: { users: list(object({ userId: string('the user'), blockEndTime: utcTime('until when') }), 'the users') },
  run: async ({ deps }, parameters) => {
    const { page, size } = asked(parameters);
    const blocked = served(await blockedEverywhere(deps, page, size), 'list the blocked users');
    return { users: blocked.map(({ userId: found, untilMs }) => ({ userId: found, blockEndTime: timeText(untilMs) })) };
  },
});

export const userEndpoints: readonly Endpoint[] = [
  getToken,
  refresh,
  info,
  expire,
  checkOnline,
  block,
  unblock,
  listBlocked,
];
