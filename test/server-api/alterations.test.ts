import { expect, it } from 'vitest';
import type { HttpRequest } from '../../lib/server-api/index.ts';
import { checkSignature } from '../../lib/server-api/signature.ts';
import { apiDeps, serve } from './api-caller.ts';
import { NOW_MS, recordingDeps } from './recording-store.ts';
import { strongCall } from './signed-call.ts';
import { usedOnce } from './signing.ts';

const MASKS = [0x01, 0x02, 0x20, 0x80];

const calls: readonly (readonly [path: string, rawQuery: string, body: string])[] = [
  ['/chatroom/create_new.json', '', 'chatroomId=r1&isBan=true&entryOwnerId=u1&entryInfo=%7B%22a%22%3A%22b%22%7D'],
  ['/chatroom/destroy.json', '', 'chatroomId=r1&chatroomId=r2'],
  ['/chatroom/user/block/add.json', 'trace=1', 'userId=u1&userId=u2&minute=30&chatroomId=r1'],
  ['/chatroom/user/whitelist/add.json', 'a=%20&b=', 'userId=u1&chatroomId=r1'],
  ['/chatroom/ban/add.json', '', 'chatroomId=r1&needNotify=true&extra=quiet'],
  ['/message/chatroom/publish.json', '', 'objectName=RC%3ATxtMsg&content=%7B%7D&fromUserId=u1&toChatroomId=r1'],
  ['/user/getToken.json', '', 'name=Ann%20B%26C%20%E5%BC%A0&userId=u1'],
  ['/user/token/expire.json', '', 'userId=u1&time=1700000000000'],
  ['/user/tag/set.json', '', '{"tags":["a","b"],"userId":"u1"}'],
  ['/user/block/query.json', 'x', ''],
];

/** Each byte of the text, altered by each mask. Characters stand for bytes, as in a header. */
const alterations = (text: string): string[] =>
  [...text].flatMap((character, at) =>
    MASKS.map((mask) => {
      const altered = String.fromCharCode(character.charCodeAt(0) ^ mask);
      return text.slice(0, at) + altered + text.slice(at + 1);
    }),
  );

function bodyAlterations(body: Uint8Array): Uint8Array[] {
  return [...body].flatMap((byte, at) => MASKS.map((mask) => body.with(at, byte ^ mask)));
}

/** HTTP ignores the case of a header's name, so a change of case does not count; nothing else is left out. */
function headerAlterations(headers: Readonly<Record<string, string>>): Record<string, string>[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const { [name]: _taken, ...others } = headers;
    const names = alterations(name).filter((altered) => altered.toLowerCase() !== name);
    return [
      ...names.map((altered) => ({ ...others, [altered]: value })),
      ...alterations(value).map((altered) => ({ ...others, [name]: altered })),
    ];
  });
}

function allAlterations(request: HttpRequest & { headers: Readonly<Record<string, string>> }): HttpRequest[] {
  const { method, path, rawQuery, headers, bodyBytes } = request;
  return [
    ...alterations(method).map((altered) => ({ ...request, method: altered })),
    ...alterations(path).map((altered) => ({ ...request, path: altered })),
    ...alterations(rawQuery).map((altered) => ({ ...request, rawQuery: altered })),
    ...bodyAlterations(bodyBytes).map((altered) => ({ ...request, bodyBytes: altered })),
    ...headerAlterations(headers).map((altered) => ({ ...request, headers: altered })),
  ];
}

const requests = calls.map(([path, rawQuery, body], index) =>
  strongCall({ path, rawQuery, body, nonce: `nonce-${index}`, timestampMs: NOW_MS }),
);

it('the ten calls are accepted unaltered', async () => {
  for (const request of requests) {
    await expect(checkSignature(apiDeps(recordingDeps(usedOnce().store).deps), request)).resolves.toBeUndefined();
  }
});

it('a call with any one byte altered is refused and has no effect', async () => {
  // A store that fails on any use, also for a nonce or a count of calls.
  const { deps, faults } = recordingDeps();
  const altered = requests.flatMap(allAlterations);
  const answers = await Promise.all(altered.map((request) => serve(deps, request)));
  const others = answers.filter(({ statusCode }) => statusCode !== 401);
  expect([others, faults]).toEqual([[], []]);
  expect(new Set(answers.map(({ body }) => body.code))).toEqual(new Set([1001, 1004]));
  console.log(`${altered.length} alterations of ${requests.length} signed calls: none accepted, none with an effect`);
  expect(altered.length).toBeGreaterThan(8000);
});

it('the alterations cover every byte', () => {
  expect(alterations('aZ')).toEqual(['`Z', 'cZ', 'AZ', '\u00e1Z', 'a[', 'aX', 'az', 'a\u00da']);
  const [request] = requests;
  if (request === undefined) throw new Error('unable to count; there is no call');
  const texts = [request.method, request.path, request.rawQuery, ...Object.entries(request.headers).flat()];
  const bytes = texts.join('').length + request.bodyBytes.length;
  const letters = Object.keys(request.headers)
    .join('')
    .replace(/[^a-z]/g, '').length;
  expect(allAlterations(request)).toHaveLength(bytes * MASKS.length - letters);
});
