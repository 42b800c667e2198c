import { describe, expect, it } from 'vitest';
import { tokenOf } from '../support/token-of.ts';
import { useScriptedEngine } from './scripted-engine.ts';
import { joinedAnswer } from './server-frames.ts';

const script = useScriptedEngine();
const HOUR_MS = 3_600_000;

/** A token that is valid for an hour from now, by the clock of the server. */
const tokenNow = (more: object = {}, aheadMs = 0) => {
  const nowSec = (script.timers.nowMs + aheadMs) / 1000;
  return tokenOf({ sub: 'ann', iat: nowSec, exp: nowSec + 3600, ...more });
};

/** Connects with the tokens that this makes; the number of the token is in each. */
async function connectWith(fetchToken: (count: number) => string | Promise<string>, timeoutSec = 0): Promise<void> {
  let count = 0;
  const provider = () => {
    count += 1;
    script.events.put(['fetched', count]);
    return fetchToken(count);
  };
  const onConnected = (code: number, userId: string) => script.events.put(['connected', code, userId]);
  expect(await script.engine.connect(provider, timeoutSec, { onConnected })).toBe(0);
}

const tokenOfNextConnection = async () => (await script.server.connections.next())[1]?.slice('token.'.length);

describe('a function that fetches a token', () => {
  it('is called when the engine connects, and says who the user is', async () => {
    await connectWith(async () => tokenOf({ sub: 'bob' }));
    expect(await script.events.next()).toEqual(['fetched', 1]);
    expect(await script.events.next()).toEqual(['connected', 0, 'bob']);
    expect(await tokenOfNextConnection()).toBe(tokenOf({ sub: 'bob' }));
  });

  it('may be slow: a join waits for it', async () => {
    let give: (token: string) => void = () => {};
    await connectWith(() => new Promise((resolve) => (give = resolve)));
    expect(await script.events.next()).toEqual(['fetched', 1]);
    await script.engine.joinChatRoom('r', 10, true);
    give(tokenNow());
    await script.answerJoin();
    expect(await script.events.next()).toEqual(['connected', 0, 'ann']);
    expect(await script.events.next()).toEqual(['joined', 0, 'r']);
  });

  it('may bring another user: the calls that wait are theirs, and the rooms of the former user are not', async () => {
    await connectWith(async () => tokenNow());
    expect(await script.events.next()).toEqual(['fetched', 1]);
    expect(await script.events.next()).toEqual(['connected', 0, 'ann']);
    await script.engine.joinChatRoom('r', 10, true);
    await script.engine.joinChatRoom('other', 10, true);
    await script.answerJoin();
    await script.answerJoin({ room: 'other' });
    expect(await script.events.next()).toEqual(['joined', 0, 'r']);
    expect(await script.events.next()).toEqual(['joined', 0, 'other']);
    await script.engine.disconnect(true);
    let give: (token: string) => void = () => {};
    await connectWith(() => new Promise((resolve) => (give = resolve)));
    expect(await script.events.next()).toEqual(['fetched', 1]);
    await script.engine.joinChatRoom('r', 10, true);
    give(tokenNow({ sub: 'bob' }));
    const { id, room, resume } = await script.server.take('join');
    expect([room, resume]).toEqual(['r', undefined]);
    script.server.send(joinedAnswer(id));
    expect(await script.events.next()).toEqual(['connected', 0, 'bob']);
    expect(await script.events.next()).toEqual(['joined', 0, 'r']);
    // The next frame is not about the other room.
    await script.engine.leaveChatRoom('r');
    expect(await script.server.take('leave')).toMatchObject({ room: 'r' });
  });

  it('is not called for a reconnect while its token is valid', async () => {
    const token = tokenNow();
    await connectWith((count) => (count === 1 ? token : 'no more'));
    expect(await script.events.next()).toEqual(['fetched', 1]);
    expect(await script.events.next()).toEqual(['connected', 0, 'ann']);
    script.timers.advance(HOUR_MS / 2);
    await script.reconnect();
    expect(await tokenOfNextConnection()).toBe(token);
    script.events.put(['end']);
    expect(await script.events.next()).toEqual(['end']);
  });

  it('is called again before the token expires, for a connection that replaces the current one', async () => {
    await connectWith((count) => tokenNow({ count }));
    expect(await script.events.next()).toEqual(['fetched', 1]);
    expect(await script.events.next()).toEqual(['connected', 0, 'ann']);
    const first = await tokenOfNextConnection();
    script.timers.advance(HOUR_MS - 5 * 60_000);
    expect(await script.events.next()).toEqual(['fetched', 2]);
    const second = await tokenOfNextConnection();
    expect(second).not.toBe(first);
  });

  it('that fails is called again, after a growing delay', async () => {
    let fail: (error: Error) => void = () => {};
    await connectWith((count) => (count < 3 ? new Promise((_resolve, reject) => (fail = reject)) : tokenNow()));
    for (let count = 1; count <= 2; count += 1) {
      expect(await script.events.next()).toEqual(['fetched', count]);
      const suspended = script.reachesStatus(8);
      fail(new Error('offline'));
      await suspended;
      script.timers.advance(count * 500);
    }
    expect(await script.events.next()).toEqual(['fetched', 3]);
    expect(await script.events.next()).toEqual(['connected', 0, 'ann']);
  });

  it('that never answers ends with the timeout of the connect', async () => {
    await connectWith(() => new Promise(() => {}), 5);
    expect(await script.events.next()).toEqual(['fetched', 1]);
    script.timers.advance(5000);
    expect(await script.events.next()).toEqual(['connected', 34006, '']);
  });

  it.each([
    ['no text', 7],
    ['the error page of a proxy', '<html>Bad Gateway</html>'],
  ])('that returns %s is called again later', async (_what, given) => {
    const suspended = script.reachesStatus(8);
    await connectWith((count) => (count === 1 ? (given as string) : tokenNow()));
    expect(await script.events.next()).toEqual(['fetched', 1]);
    await suspended;
    script.timers.advance(500);
    expect(await script.events.next()).toEqual(['fetched', 2]);
    expect(await script.events.next()).toEqual(['connected', 0, 'ann']);
  });

  it('that returns a token of another app ends the connect', async () => {
    await connectWith(() => tokenOf({ sub: 'ann', aud: 'other' }));
    expect(await script.events.next()).toEqual(['fetched', 1]);
    expect(await script.events.next()).toEqual(['connected', 31002, '']);
  });

  it('whose token the server takes for none ends the connect', async () => {
    script.server.selected = 'doorman.refused.31004';
    await connectWith(() => tokenNow());
    expect(await script.events.next()).toEqual(['fetched', 1]);
    expect(await script.events.next()).toEqual(['connected', 31004, 'ann']);
  });

  it('whose fresh token the server refuses ends the connect', async () => {
    script.server.selected = 'doorman.refused.31020';
    await connectWith(() => tokenNow());
    expect(await script.events.next()).toEqual(['fetched', 1]);
    expect(await script.events.next()).toEqual(['connected', 31020, 'ann']);
  });

  it('gives another token where the server refuses the one that it gave before', async () => {
    await connectWith((count) => tokenNow({ count }));
    expect(await script.events.next()).toEqual(['fetched', 1]);
    expect(await script.events.next()).toEqual(['connected', 0, 'ann']);
    script.server.selected = 'doorman.refused.31020';
    await script.reconnect();
    await script.server.connections.next();
    await script.reachesStatus(8);
    script.server.selected = undefined;
    script.timers.advance(15_000);
    expect(await script.events.next()).toEqual(['fetched', 2]);
  });

  it('may not change the user of a session', async () => {
    await connectWith((count) => tokenNow({ sub: count === 1 ? 'ann' : 'eve' }));
    expect(await script.events.next()).toEqual(['fetched', 1]);
    expect(await script.events.next()).toEqual(['connected', 0, 'ann']);
    script.timers.advance(HOUR_MS - 5 * 60_000);
    expect(await script.events.next()).toEqual(['fetched', 2]);
    // The connection that is there goes on; the next one needs a token.
    await script.reconnect();
    const refused = script.reachesStatus(5);
    expect(await script.events.next()).toEqual(['fetched', 3]);
    await refused;
  });

  it('is called once where the clock of the device is a day ahead of the server', async () => {
    await connectWith(() => tokenNow({}, -86_400_000));
    expect(await script.events.next()).toEqual(['fetched', 1]);
    expect(await script.events.next()).toEqual(['connected', 0, 'ann']);
    script.timers.advance(HOUR_MS / 2);
    await script.server.connections.next();
    script.server.disconnect();
    script.timers.advance(500);
    await script.engine.disconnect(true);
    script.events.put(['end']);
    expect(await script.events.next()).toEqual(['end']);
  });

  it('is not asked after a disconnect, and its late token is not used', async () => {
    let give: (token: string) => void = () => {};
    await connectWith(() => new Promise((resolve) => (give = resolve)));
    expect(await script.events.next()).toEqual(['fetched', 1]);
    await script.engine.disconnect(true);
    expect(await script.events.next()).toEqual(['connected', 30001, '']);
    const connected = script.connect();
    give(tokenNow({ sub: 'eve' }));
    expect(await connected).toEqual(['connected', 0, 'ann']);
    expect(await script.engine.createTextMessage(3, 'r', '', 'hello')).toMatchObject({ senderUserId: 'ann' });
  });
});
