import { expect, it } from 'vitest';
import { latestFirst } from '../../lib/domain/time-sorted-item.ts';
import type { UserId } from '../../lib/protocol/ids.ts';
import { useStore } from '../support/emulators.ts';
import { type Answered, numbered } from './api-caller.ts';
import { createApiWorld, MINUTE_MS, OK } from './api-world.ts';

const store = useStore('dynoxide');
const newWorld = () => createApiWorld(store());

type Body = Answered['body'];
type Page = readonly (Readonly<Record<string, unknown>> | string)[];

/** Asks for page after page until one is empty, as an app does, with a change after each. */
async function untilEmpty(
  ask: (page: number) => Promise<Body>,
  afterPage: (page: number) => Promise<unknown> = async () => {},
): Promise<readonly string[]> {
  const found: string[] = [];
  for (let page = 1; page <= 100; page += 1) {
    const { users } = (await ask(page)) as { users: Page };
    if (users.length === 0) return found;
    found.push(...users.map((user) => (typeof user === 'string' ? user : `${user.userId}`)));
    await afterPage(page);
  }
  throw new Error('unable to end; there is always another page');
}

it.each([
  ['/user/block/query.json', '/user/block.json', '/user/unblock.json'],
  ['/chatroom/user/ban/query.json', '/chatroom/user/ban/add.json', '/chatroom/user/ban/remove.json'],
])('a loop over %s ends, with each user once, despite concurrent changes', async (list, add, remove) => {
  const { call } = newWorld();
  const ids = numbered('looped', 45);
  for (const [index, userId] of ids.entries()) await call(add, { userId, minute: 100 + index });
  const inOrder = ids.toReversed();
  const ask = (size: number) => (page: number) => call(list, { page, size });
  for (const size of [1, 7, 45, 50]) expect(await untilEmpty(ask(size))).toEqual(inOrder);
  // A page has 50 users by default.
  expect(await untilEmpty((page) => call(list, { page }))).toEqual(inOrder);
  let gone = 0;
  const seen = await untilEmpty(ask(10), async () => {
    gone += 1;
    // Removes a user who was already listed, and adds one before all others.
    await call(remove, { userId: `looped${44 - gone}` });
    await call(add, { userId: `came${gone}`, minute: 1000 + gone });
  });
  expect(seen.filter((id) => id.startsWith('looped'))).toEqual(inOrder);
  const left = [...numbered('came', gone + 1).slice(1), ...ids];
  for (const userId of left) await call(remove, { userId });
  expect(await call(list)).toEqual({ ...OK, users: [] });
});

it('a loop over a blacklist ends when there is no next, and has each user once', async () => {
  const { call, pass } = newWorld();
  const query = '/user/blacklist/query.json';
  const walk = async (size: number, afterPage: () => Promise<unknown> = async () => {}) => {
    const found: string[] = [];
    let form: Readonly<Record<string, string | number>> = { userId: 'owner', size };
    for (;;) {
      const { users, next } = (await call(query, form)) as { users: string[]; next?: string };
      found.push(...users);
      if (next === undefined) return found;
      form = { userId: 'owner', size, pageToken: next };
      await afterPage();
    }
  };
  const noted = numbered('noted', 25);
  for (const blackUserId of noted) {
    await call('/user/blacklist/add.json', { userId: 'owner', blackUserId });
    pass(MINUTE_MS);
  }
  const inOrder = noted.toReversed();
  for (const size of [1, 6, 25, 1000]) expect(await walk(size)).toEqual(inOrder);
  // Adding a listed user again does not change the order.
  await call('/user/blacklist/add.json', { userId: 'owner', blackUserId: 'noted0' });
  expect(await call(query, { userId: 'owner' })).toEqual({ ...OK, users: inOrder });
  let round = 0;
  const seen = await walk(10, async () => {
    round += 1;
    // Removes the user after which the next page continues, and adds another.
    await call('/user/blacklist/remove.json', { userId: 'owner', blackUserId: `noted${25 - 10 * round}` });
    await call('/user/blacklist/add.json', { userId: 'owner', blackUserId: `later${round}` });
  });
  expect(seen).toEqual(inOrder);
});

it.each(['x', 'MTIzNDU2', '%00', Buffer.from('5#not an id').toString('base64url')])(
  'a page token that no answer gave is refused: %s',
  async (pageToken) => {
    const answer = await newWorld().call('/user/blacklist/query.json', { userId: 'owner', pageToken });
    const errorMessage = 'unable to accept the call; pageToken must be the `next` of an answer';
    expect(answer).toEqual({ code: 1002, errorMessage });
  },
);

// Leaves all users blocked, so it is the last test.
it('a query without a page gives the first 1000, and so does page 0', async () => {
  const { call, deps, clock } = newWorld();
  const ids = numbered('many', 1020) as UserId[];
  const untilMs = clock.nowMs + 1000 * MINUTE_MS;
  const entries = ids.map((id, index) => ({ item: latestFirst(untilMs - index, id), untilMs: untilMs - index }));
  await deps.store.addToList('blocked-users', entries);
  await Promise.all(ids.map((id, index) => deps.store.setAccess(id, { blockedUntilMs: untilMs - index })));
  const first = (await call('/user/block/query.json', { size: 5 })).users as readonly { userId: string }[];
  expect(first.map(({ userId }) => userId)).toEqual(ids.slice(0, 1000));
  expect(await call('/user/block/query.json', { page: 0 })).toEqual({ ...OK, users: first });
  const errorMessage = 'unable to list the blocked users; a page so far on must be asked for after the one before it';
  const far = await call('/user/block/query.json', { page: 1_000_000, size: 1000 });
  expect(far).toEqual({ code: 1002, errorMessage });
  expect(await call('/user/block/query.json', { page: 3, size: 1000 })).toEqual({ ...OK, users: [] });
});
