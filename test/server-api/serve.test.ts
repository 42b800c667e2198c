import { describe, expect, it } from 'vitest';
import { endpoints } from '../../lib/server-api/index.ts';
import type { RoomStore } from '../../lib/store/room-store.ts';
import { callerOf, serve } from './api-caller.ts';
import { NOW_MS, recordingDeps } from './recording-store.ts';
import { signedCall } from './signed-call.ts';

const noRoom: Partial<RoomStore> = { getRoom: async () => undefined };
const isPath = '/chatroom/get.json';
const ofJson = new Set(endpoints.filter(({ body }) => body === 'json').map(({ path }) => path));
const emptyBody = (path: string) => (ofJson.has(path) ? '{}' : '');

describe('any call', () => {
  it('is refused when unsigned, for any path', async () => {
    for (const path of ['/chatroom/destroy.json', '/no/such.json']) {
      const request = { ...signedCall(path, ''), headers: {} };
      const { statusCode, body } = await serve(recordingDeps().deps, request);
      expect(statusCode).toBe(401);
      expect(body).toEqual({ code: 1001, errorMessage: 'unable to accept the call; App-Key is missing' });
    }
  });

  it.each(['/chatroom/nothing.json', '/chatroom/get', '/chatroom/get.json/', '//chatroom/get.json', '/constructor'])(
    'is refused on the unknown path %s',
    async (path) => {
      const { statusCode, body } = await serve(recordingDeps().deps, signedCall(path, ''));
      const errorMessage = 'unable to accept the call; there is no such path';
      expect([statusCode, body]).toEqual([404, { code: 404, errorMessage }]);
    },
  );

  it.each(['GET', 'PUT', 'post', 'OPTIONS'])('is refused as a %s', async (method) => {
    const { statusCode, headers, body } = await serve(recordingDeps().deps, { ...signedCall(isPath, ''), method });
    expect([statusCode, headers.allow, body.code]).toEqual([405, 'POST', 1007]);
  });

  it('is refused with a body over 1 MB and read up to it', async () => {
    const form = 'chatroomId=r1&x=';
    const full = form + 'x'.repeat(1024 * 1024 - form.length);
    const { deps } = recordingDeps(noRoom);
    expect((await serve(deps, signedCall(isPath, full))).body.code).toBe(1002);
    const over = await serve(deps, signedCall(isPath, `${full}x`));
    expect([over.statusCode, over.body.code]).toEqual([413, 1005]);
  });

  it('I-S1: reveals nothing of an internal fault, and reports it', async () => {
    const { deps, faults } = recordingDeps();
    const { statusCode, body } = await serve(deps, signedCall(isPath, 'chatroomId=r1'));
    expect(statusCode).toBe(500);
    expect(body).toEqual({ code: 1000, errorMessage: 'unable to serve the call; internal error' });
    expect(faults).toEqual([expect.objectContaining({ message: expect.stringContaining('secret-table') })]);
  });

  it('is always answered in JSON', async () => {
    const { deps } = recordingDeps(noRoom);
    for (const request of [signedCall(isPath, 'chatroomId=r1'), signedCall('/none', ''), signedCall(isPath, '', 'x')]) {
      expect((await serve(deps, request)).headers['content-type']).toBe('application/json; charset=utf-8');
    }
  });
});

describe('the table of calls', () => {
  it('has each path once', () => {
    expect(new Set(endpoints.map((entry) => entry.path)).size).toBe(endpoints.length);
  });

  const demanding = endpoints.filter((entry) => Object.values(entry.fields).some((field) => field.required));

  it.each(demanding.map((entry) => entry.path))('%s names the missing parameter', async (path) => {
    const { deps } = recordingDeps({ countCall: async () => true });
    const { statusCode, body } = await serve(deps, signedCall(path, emptyBody(path)));
    expect([statusCode, body.code]).toEqual([400, 1002]);
    expect(body.errorMessage).toMatch(/^unable to accept the call; \S+ is missing$/);
  });
});

describe('the limit of calls', () => {
  /** Counts as the store does, within one second. */
  function counting(settings: Parameters<typeof recordingDeps>[1]) {
    const asked: [string, number, number][] = [];
    const countCall = async (path: string, atMs: number, limit: number) => {
      asked.push([path, atMs, limit]);
      return asked.length <= limit;
    };
    const setProfile = async () => undefined;
    return { asked, ...recordingDeps({ ...noRoom, countCall, setProfile }, settings) };
  }
  const tokenForm = 'userId=u1&name=Ann';

  it.each([
    ['/chatroom/get.json', 'chatroomId=r1', 3, 3],
    ['/chatroom/get.json', 'chatroomId=r1', 101, 100],
    ['/user/getToken.json', tokenForm, 199, 199],
    ['/user/getToken.json', tokenForm, 201, 200],
    ['/user/tag/batch/set.json', '{}', 100, 10],
    ['/user/tag/batch/set.json', '{}', 0, 10],
    ['/message/chatroom/broadcast.json', '', 100, 1],
    ['/message/chatroom/broadcast.json', '', 0, 1],
  ])('of %s with %s and the setting %i is %i', async (path, form, serverApiCallsPerSec, limit) => {
    const { deps, asked } = counting({ serverApiCallsPerSec });
    await callerOf(deps)(path, form);
    expect(asked).toEqual([[path, NOW_MS, limit]]);
  });

  it.each(['/chatroom/get.json', '/user/getToken.json'])('of %s can be turned off', async (path) => {
    const { deps, asked } = counting({ serverApiCallsPerSec: 0 });
    await callerOf(deps)(path, `${tokenForm}&chatroomId=r1`);
    expect(asked).toEqual([]);
  });

  it('refuses calls beyond it, and says when to retry', async () => {
    const { deps } = counting({ serverApiCallsPerSec: 1 });
    const call = () => serve(deps, signedCall(isPath, 'chatroomId=r1'));
    expect((await call()).statusCode).toBe(400);
    const { statusCode, headers, body } = await call();
    expect([statusCode, headers['retry-after']]).toEqual([429, '1']);
    expect(body).toEqual({ code: 1008, errorMessage: 'unable to accept the call; at most 1 a second' });
  });

  it('does not count unsigned calls', async () => {
    const { deps, asked } = counting({ serverApiCallsPerSec: 1 });
    await serve(deps, signedCall(isPath, 'chatroomId=r1', 'wrong'));
    await serve(deps, signedCall('/none', ''));
    expect(asked).toEqual([]);
  });
});
