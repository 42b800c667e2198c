import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import {
  CLIENT_CLOSED,
  ClientConfigurationError,
  type ClientSocketConstructor,
  createChat,
  createEngine,
  describeCode,
  RCIMIWEngine,
  type RCIMIWEngineOptions,
  READER_TOO_SLOW,
} from '../../lib/client/index.ts';
import { Code } from '../../lib/protocol/codes.ts';
import { VirtualTimers } from '../simulation/virtual-timers.ts';
import { tokenOf } from '../support/token-of.ts';
import { token, useScriptedEngine } from './scripted-engine.ts';

const script = useScriptedEngine();

afterEach(() => vi.unstubAllGlobals());

/** What an app is refused with when it creates its engine. */
function refusal(make: () => unknown): unknown {
  try {
    make();
  } catch (error) {
    if (error instanceof ClientConfigurationError) return { code: error.code, message: error.message };
    throw error;
  }
  return 'created';
}

const at = (server: unknown) => ({ server, WebSocket }) as RCIMIWEngineOptions;

describe('an engine that could never connect is refused when it is created, with its own sentence:', () => {
  it.each([
    [undefined, 'options.server is missing: the address of the WebSocket, such as wss://chat.example/prod'],
    ['', 'options.server is missing: the address of the WebSocket, such as wss://chat.example/prod'],
    [7, 'options.server is missing: the address of the WebSocket, such as wss://chat.example/prod'],
    ['chat.example/prod', 'the address chat.example/prod has no scheme: write wss://chat.example/prod'],
    ['//chat.example', 'the address //chat.example has no scheme: write wss://chat.example'],
    ['https://chat.example', 'the address https://chat.example is not of a WebSocket: write wss:// for https://'],
    [
      'wss://chat.example/#prod',
      'the address wss://chat.example/#prod has a #, which no address of a WebSocket may have',
    ],
    ['wss://chat.example#', 'the address wss://chat.example# has a #, which no address of a WebSocket may have'],
    ['wss:///prod', 'the address wss:///prod has no host'],
    ['wss://chat.example/a b', 'the address "wss://chat.example/a b" has white space in it'],
    [
      'wss://chat.example/prod/@connections/c1',
      'the address wss://chat.example/prod/@connections/c1 is of the API for servers: remove /@connections and what follows',
    ],
  ])('the address %j', (server, why) => {
    const refused = { code: 33003, message: `unable to create the client; ${why}` };
    expect(refusal(() => createEngine('key', at(server)))).toEqual(refused);
    expect(refusal(() => RCIMIWEngine.create('key', at(server)))).toEqual(refused);
  });

  it.each(['wss://chat.example', 'ws://127.0.0.1:80/prod', 'WSS://chat.example/prod?tenant=t', 'wss://[::1]:8080/'])(
    'but not the address %s',
    async (server) => {
      expect(refusal(() => createEngine('key', at(server)))).toBe('created');
    },
  );

  it('no WebSocket', () => {
    vi.stubGlobal('WebSocket', undefined);
    const why = 'this runtime has no WebSocket: pass one as options.WebSocket, such as the one of the package ws';
    const refused = { code: 30010, message: `unable to create the client; ${why}` };
    expect(refusal(() => createEngine('key', { server: 'wss://chat.example' }))).toEqual(refused);
  });

  it('no options, and no app key', () => {
    expect(refusal(() => RCIMIWEngine.create('key'))).toMatchObject({ code: 33003 });
    const message = 'unable to create the client; the app key must be a text';
    expect(refusal(() => createEngine(undefined as never, at('wss://c')))).toEqual({ code: 33003, message });
  });

  it.each([29, 3601, Number.NaN, '60', null])('a time to notice deafness of %j s', (deafSec) => {
    const message = 'unable to create the client; options.deafSec must be a number from 30 to 3600';
    const options = { ...at('wss://c'), deafSec: deafSec as never };
    expect(refusal(() => createEngine('key', options))).toEqual({ code: 33003, message });
  });

  it('a chat, with the same sentence', () => {
    const why = 'options.server is missing: the address of the WebSocket, such as wss://chat.example/prod';
    const make = () => createChat({ server: '', token, WebSocket });
    expect(refusal(make)).toEqual({ code: 33003, message: `unable to create the client; ${why}` });
  });

  it('is a TypeError, and no engine is kept', async () => {
    expect(new ClientConfigurationError(1, 'no')).toBeInstanceOf(TypeError);
    const engine = RCIMIWEngine.create('key', { naviServer: 'wss://chat.example', WebSocket });
    expect(RCIMIWEngine.create('key')).toBe(engine);
    await engine.destroy();
  });
});

describe('connect', () => {
  const connect = async (given: string): Promise<unknown> => {
    await script.engine.connect(given, 0, { onConnected: (code, userId) => script.events.put([code, userId]) });
    return script.events.next();
  };

  it.each([
    ['another app', { aud: 'other' }, 31002],
    ['other apps', { aud: ['a', 'b'] }, 31002],
    ['this app', { aud: 'key' }, 0],
    ['this app and others', { aud: ['a', 'key'] }, 0],
    ['no app', {}, 0],
  ])('with a token of %s', async (_what, claims, code) => {
    expect(await connect(tokenOf({ sub: 'ann', ...claims }))).toEqual([code, code === 0 ? 'ann' : '']);
  });

  it.each([
    ['that is no JWT', 'token', ''],
    ['that can be no sub-protocol', `${token}, x`, 'ann'],
  ])('with a token %s ends with 31004', async (_what, given, userId) => {
    expect(await connect(given)).toEqual([31004, userId]);
  });

  it.each([403, 404])('to an address that answers %i ends with 32061', async (status) => {
    script.server.refuseWith = status;
    expect(await connect(token)).toEqual([32061, 'ann']);
  });

  it('continues where an address that has worked answers 404', async () => {
    expect(await script.connect()).toEqual(['connected', 0, 'ann']);
    script.server.refuseWith = 404;
    await script.reconnect();
    await script.reachesStatus(8);
    script.server.refuseWith = undefined;
    const connected = script.reachesStatus(1);
    script.timers.advance(15_000);
    await connected;
  });

  it('ends with 30010 where the runtime opens no socket to the address', async () => {
    const Socket = function Insecure() {
      throw new Error('insecure');
    } as unknown as ClientSocketConstructor;
    const timers = new VirtualTimers();
    const engine = createEngine('key', { server: 'ws://chat.example', WebSocket: Socket, timers });
    const codes: number[] = [];
    await engine.connect(token, 0, { onConnected: (code) => codes.push(code) });
    timers.advance(1);
    expect(codes).toEqual([30010]);
    await engine.destroy();
  });
});

it('the SDK needs nothing that Hermes lacks', async () => {
  const lacking = ['TextEncoder', 'TextDecoder', 'URL', 'URLSearchParams', 'atob', 'btoa', 'structuredClone', 'crypto'];
  for (const name of lacking) vi.stubGlobal(name, undefined);
  await script.join();
  await script.sendText('hello 字');
  script.accept((await script.server.take('send')).id, 1, 1);
  expect(await script.events.next()).toEqual(['sent', 'hello 字', 0, 1]);
});

it('each code has its own sentence', () => {
  const sentences = [...Object.values(Code), READER_TOO_SLOW, CLIENT_CLOSED].map(describeCode);
  expect(new Set(sentences).size).toBe(sentences.length);
  expect(sentences.filter((sentence) => sentence.includes('unknown to this version'))).toEqual([]);
  expect(describeCode(31002)).toContain('another app');
  for (const cause of ['more often', 'as many rooms', 'too large']) expect(describeCode(20607)).toContain(cause);
  expect(describeCode(12345)).toBe('code 12345: unknown to this version');
});
