import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../../bin/scenario/stage.ts';
import { ServerApiClient } from '../e2e/server-api-client.ts';
import { accountEffects } from './reference-account-effects.ts';
import { Bench } from './reference-bench.ts';
import { casesOf } from './reference-cases.ts';
import { Coverage } from './reference-coverage.ts';
import { effects } from './reference-effects.ts';
import { many } from './reference-endpoint.ts';
import { ownPaths, referencePaths, referenceTable } from './reference-table.ts';

let stage: Stage;
let api: ServerApiClient;
let bench: Bench;
const coverage = new Coverage();

beforeAll(async () => {
  const settings = { serverApiCallsPerSec: 0, multipleRooms: true };
  stage = await openStage({ settings, schedules: 'manual', log: () => {} });
  api = new ServerApiClient(stage.stack);
  const watcher = await stage.player('watcher');
  await api.served('/chatroom/create.json', { 'chatroom[lobby]': 'Lobby' });
  expect(await watcher.join('lobby')).toBe(0);
  bench = new Bench(api, watcher, () => stage.stack.testing.drain());
});

afterAll(async () => {
  await stage.close();
});

describe.each(referenceTable)('$path', (endpoint) => {
  afterAll(() => bench.clear());

  it.each(casesOf(endpoint))(
    '$what: $status $code',
    async (item) => {
      await bench.run(item);
      coverage.passed(item);
      // A call deletes a hundred users, one after the other here.
    },
    60_000,
  );
});

describe('what connected users see', () => {
  it.each([...effects, ...accountEffects])('$what', ({ run }) => run(stage, api));
});

describe('any path', () => {
  const register = { userId: 'ann', name: 'Ann' };

  it('that is unknown is not found', async () => {
    const answer = await api.call('/chatroom/nothing.json', {});
    expect(answer).toMatchObject({ status: 404, body: { code: 404, errorMessage: expect.stringMatching(/./) } });
  });

  it.each([
    ['in seconds', 1000],
    ['in milliseconds', 1],
  ])('takes a timestamp %s, and headers with a prefix', async (_what, unitMs) => {
    const headers = api.sign(Math.floor(Date.now() / unitMs));
    const prefixed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [`RC-${name}`, value]));
    const body = 'userId=ann&name=Ann';
    for (const each of [headers, prefixed, { ...headers, 'X-Request-ID': 'r'.repeat(36) }]) {
      const answer = await api.send({ method: 'POST', path: '/user/getToken.json', headers: each, body });
      expect(answer).toMatchObject({ status: 200, body: { code: 200 } });
    }
  });

  it('is refused without headers, with another secret and with another app key', async () => {
    const headers = api.sign(Date.now());
    for (const each of [{}, { ...headers, Nonce: '1' }, { ...headers, 'App-Key': 'other' }]) {
      const answer = await api.send({ method: 'POST', path: '/user/getToken.json', headers: each, body: '' });
      expect(answer).toMatchObject({ status: 401, body: { errorMessage: expect.stringMatching(/./) } });
    }
  });

  it('takes the maximum of the contract in one call, in any encoding, and no larger body', async () => {
    await api.served('/chatroom/create.json', { 'chatroom[large]': 'Large' });
    const entries = Object.fromEntries(many('key', 10).map((key) => [key, '二'.repeat(4096)]));
    const form = { chatroomId: 'large', entryOwnerId: 'ann', entryInfo: JSON.stringify(entries) };
    await api.served('/chatroom/entry/batch/set.json', form);
    const { keys } = await api.served('/chatroom/entry/query.json', { chatroomId: 'large' });
    expect(keys).toHaveLength(10);
    expect(await api.call('/user/getToken.json', { ...register, more: 'x'.repeat(2 ** 21) })).toMatchObject({
      status: 413,
      body: { code: 1005, errorMessage: expect.stringMatching(/./) },
    });
  });
});

it('a second broadcast within a second is refused', async () => {
  const form = { fromUserId: 'ann', objectName: 'RC:TxtMsg', content: '{"content":"all"}' };
  const broadcast = () => api.call('/message/chatroom/broadcast.json', form);
  // The first may be within a second after another test's, so only three in a row are conclusive.
  const answers = [await broadcast(), await broadcast(), await broadcast()];
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]?.body).toMatchObject({ code: 1008, errorMessage: expect.stringMatching(/./) });
});

it('every path of the contract is in the table, and every required cell is filled', () => {
  console.log(coverage.print(referenceTable));
  const tested = referenceTable.map(({ path }) => path);
  expect(referencePaths.filter((path) => !tested.includes(path))).toEqual([]);
  expect(tested.filter((path) => !referencePaths.includes(path))).toEqual(ownPaths);
  expect(tested).toHaveLength(referencePaths.length + ownPaths.length);
  expect(coverage.empty(referenceTable)).toEqual([]);
});
