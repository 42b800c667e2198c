import { describe, expect, it } from 'vitest';
import type { RoomStore } from '../../lib/store/room-store.ts';
import { callerOf, numbered, serve } from './api-caller.ts';
import { recordingDeps } from './recording-store.ts';
import { signedCall } from './signed-call.ts';

const noRoom: Partial<RoomStore> = { getRoom: async () => undefined, getMembers: async () => [] };
const repeat = (text: string, times: number) => numbered(text, times).join('&');

const block = '/chatroom/user/block/add.json';
const gag = '/chatroom/user/gag/add.json';
const query = '/chatroom/user/query.json';
const publish = '/message/chatroom/publish.json';
const broadcast = '/message/chatroom/broadcast.json';
const recall = '/message/recall.json';
const end = '/chatroom/destroy/set.json';
const getToken = '/user/getToken.json';
const message = 'fromUserId=u1&objectName=RC:TxtMsg';
const recalled = 'fromUserId=u1&conversationType=4&targetId=r1';

describe('parameters at their limits', () => {
  const callTo = callerOf(recordingDeps(noRoom).deps);

  it.each([
    [block, 'userId=u1&chatroomId=r1&minute=1'],
    [block, 'userId=u1&chatroomId=r1&minute=43200&needNotify=true&extra=x'],
    [block, `${repeat('userId=u', 20)}&chatroomId=r1&minute=5`],
    [block, `userId=${'u'.repeat(64)}&chatroomId=r1&minute=5&extra=${'x'.repeat(4096)}`],
    [gag, 'userId=u1&chatroomId=r1&minute=43200'],
    [publish, `${message}&toChatroomId=r1&priority=3&content="${'x'.repeat(31_740)}"`],
    [publish, `${message}&${repeat('toChatroomId=r', 20)}&content=1`],
    [publish, `fromUserId=u1&objectName=${'t'.repeat(32)}&toChatroomId=r1&content=1`],
    [recall, `${recalled}&messageUID=${'m'.repeat(80)}&extra=${'x'.repeat(4096)}`],
    [end, 'chatroomId=r1&destroyTime=60'],
    [end, 'chatroomId=r1&destroyType=1&destroyTime=10080'],
  ])('%s is accepted at the limit: %#', async (path, body) => {
    expect((await callTo(path, body)).errorMessage).toContain('the room does not exist');
  });

  it.each([
    [query, 'chatroomId=r1&count=500&order=2'],
    [query, `chatroomId=${'r'.repeat(64)}&count=1&order=1`],
    ['/chatroom/entry/query.json', `chatroomId=r1&${repeat('keys=k', 100)}`],
    ['/chatroom/users/exist.json', `chatroomId=r1&${repeat('userId=u', 1000)}`],
    ['/chatroom/query.json', repeat('chatroomId=r', 20)],
    ['/chatroom/destroy.json', repeat('chatroomId=r', 100)],
  ])('%s is accepted at the limit', async (path, body) => {
    expect((await callTo(path, body)).code).toBe(200);
  });

  it.each([
    `userId=u1&name=${'n'.repeat(64)}&portraitUri=${'p'.repeat(1024)}`,
    `userId=u1&name=${encodeURIComponent('长'.repeat(64))}&portraitUri=${encodeURIComponent('长'.repeat(341))}`,
  ])('getToken is accepted at the limit: %#', async (body) => {
    const { deps } = recordingDeps({ setProfile: async () => undefined });
    expect((await callerOf(deps)(getToken, body)).code).toBe(200);
  });

  it.each([
    [block, 'userId=u1&chatroomId=r1&minute=0', 1002, 'minute'],
    [block, 'userId=u1&chatroomId=r1&minute=43201', 1002, 'minute'],
    [block, 'userId=u1&chatroomId=r1&minute=1.5', 1002, 'minute'],
    [block, 'userId=u1&chatroomId=r1&minute=-1', 1002, 'minute'],
    [block, 'userId=u1&chatroomId=r1&minute=1e2', 1002, 'minute'],
    [block, 'userId=u1&chatroomId=r1&minute=%2B1', 1002, 'minute'],
    [block, 'userId=u1&chatroomId=r1&minute=1&minute=1', 1002, 'minute'],
    [block, 'userId=u1&chatroomId=r1&minute=1&needNotify=perhaps', 1002, 'needNotify'],
    [block, `userId=u1&chatroomId=r1&minute=1&extra=${'x'.repeat(4097)}`, 1005, 'extra'],
    [block, `${repeat('userId=u', 21)}&chatroomId=r1&minute=5`, 1002, 'userId'],
    [block, 'userId=u1&userId=&chatroomId=r1&minute=5', 1002, 'userId'],
    [block, 'userId=u1&chatroomId=r1&chatroomId=r2&minute=5', 1002, 'chatroomId'],
    [block, 'userId=u%231&chatroomId=r1&minute=5', 1002, 'userId'],
    [block, 'userId=__proto__&chatroomId=r1&minute=5', 1002, 'userId'],
    [gag, 'userId=u1&chatroomId=r1&minute=43201', 1002, 'minute'],
    ['/chatroom/user/ban/add.json', 'userId=u1&minute=43201', 1002, 'minute'],
    ['/user/block.json', 'userId=u1&minute=43201', 1002, 'minute'],
    ['/user/block.json', `${repeat('userId=u', 21)}&minute=1`, 1002, 'userId'],
    [query, 'chatroomId=r1&count=0&order=1', 1002, 'count'],
    [query, 'chatroomId=r1&count=501&order=1', 1002, 'count'],
    [query, 'chatroomId=r1&count=1&order=3', 1002, 'order'],
    [query, `chatroomId=${'r'.repeat(65)}&count=1&order=1`, 1005, 'chatroomId'],
    [publish, `${message}&toChatroomId=r1&content="${'x'.repeat(31_741)}"`, 1005, 'content'],
    [publish, `${message}&toChatroomId=r1&content="${'%C3%A4'.repeat(15_871)}"`, 1005, 'content'],
    [publish, `${message}&toChatroomId=r1&content=hello`, 1002, 'content'],
    [publish, `${message}&${repeat('toChatroomId=r', 21)}&content=1`, 1002, 'toChatroomId'],
    [publish, `${message}&toChatroomId=r1&content=1&priority=4`, 1002, 'priority'],
    [publish, `fromUserId=u1&objectName=${'t'.repeat(33)}&toChatroomId=r1&content=1`, 1005, 'objectName'],
    [publish, 'fromUserId=u1&objectName=a%20b&toChatroomId=r1&content=1', 1002, 'objectName'],
    [broadcast, `${message}&content="${'x'.repeat(31_741)}"`, 1005, 'content'],
    [recall, `${recalled}&messageUID=${'m'.repeat(81)}`, 1005, 'messageUID'],
    [recall, `${recalled}&messageUID=m&extra=${'x'.repeat(4097)}`, 1005, 'extra'],
    [end, 'chatroomId=r1&destroyTime=59', 1002, 'destroyTime'],
    [end, 'chatroomId=r1&destroyTime=10081', 1002, 'destroyTime'],
    [end, 'chatroomId=r1&destroyType=2', 1002, 'destroyType'],
    ['/chatroom/create_new.json', `chatroomId=r1&${repeat('whiteUserIds=u', 21)}`, 1002, 'whiteUserIds'],
    ['/chatroom/create_new.json', 'chatroomId=r1&isBan=yes', 1002, 'isBan'],
    ['/chatroom/create.json', repeat('chatroom[r1]=n', 101), 1002, 'chatroom[id]'],
    ['/chatroom/create.json', 'chatroom[r 1]=n', 1002, 'the id in chatroom[id]'],
    ['/chatroom/create.json', 'chatroom[]=n', 1002, 'the id in chatroom[id]'],
    ['/chatroom/create.json', `chatroom[r1]=${'n'.repeat(257)}`, 1005, 'chatroom[id]'],
    ['/chatroom/destroy.json', repeat('chatroomId=r', 101), 1002, 'chatroomId'],
    ['/chatroom/query.json', repeat('chatroomId=r', 21), 1002, 'chatroomId'],
    ['/chatroom/users/exist.json', `chatroomId=r1&${repeat('userId=u', 1001)}`, 1002, 'userId'],
    ['/chatroom/entry/query.json', `chatroomId=r1&${repeat('keys=k', 101)}`, 1002, 'keys'],
    ['/chatroom/ban/query.json', 'page=0', 1002, 'page'],
    ['/chatroom/ban/query.json', 'size=0', 1002, 'size'],
    ['/chatroom/ban/query.json', 'size=1001', 1002, 'size'],
    ['/chatroom/message/priority/add.json', repeat('objectName=t', 21), 1002, 'objectName'],
    ['/chatroom/whitelist/add.json', repeat('objectnames=t', 21), 1002, 'objectnames'],
    [getToken, `userId=u1&name=${'n'.repeat(65)}`, 1005, 'name'],
    [getToken, `userId=u1&name=n&portraitUri=${'p'.repeat(1025)}`, 1005, 'portraitUri'],
    ['/user/refresh.json', `userId=u1&name=${'n'.repeat(65)}`, 1005, 'name'],
    ['/user/token/expire.json', 'userId=u1&time=999999999999', 1002, 'time'],
    ['/user/token/expire.json', 'userId=u1&time=10000000000000', 1002, 'time'],
    ['/user/token/expire.json', `${repeat('userId=u', 21)}&time=1700000000000`, 1002, 'userId'],
    ['/user/blacklist/add.json', `userId=u1&${repeat('blackUserId=u', 21)}`, 1002, 'blackUserId'],
    ['/user/tags/get.json', repeat('userIds=u', 51), 1002, 'userIds'],
    ['/user/block/query.json', 'page=-1', 1002, 'page'],
    ['/user/block/query.json', 'page=1000001', 1002, 'page'],
    ['/user/block/query.json', 'page=1&size=1001', 1002, 'size'],
    ['/user/block/query.json', 'page=1&size=0', 1002, 'size'],
    ['/chatroom/user/ban/query.json', 'page=1&size=1001', 1002, 'size'],
    ['/user/blacklist/query.json', 'userId=u1&size=1001', 1002, 'size'],
    ['/user/blacklist/query.json', 'userId=u1&size=0', 1002, 'size'],
    ['/user/query.json', 'page=0', 1002, 'page'],
    ['/user/query.json', 'pageSize=101', 1002, 'pageSize'],
    ['/user/query.json', 'order=2', 1002, 'order'],
    ['/user/deactivate.json', `userId=${numbered('u', 101).join(',')}`, 1002, 'userId'],
    ['/user/deactivate.json', 'userId=u1,,u2', 1002, 'userId'],
    ['/user/deactivate/query.json', 'pageNo=0', 1002, 'pageNo'],
    ['/user/deactivate/query.json', 'pageSize=51', 1002, 'pageSize'],
    ['/user/reactivate.json', repeat('userId=u', 101), 1002, 'userId'],
    ['/user/delusers.json', repeat('userId=u', 101), 1002, 'userId'],
    ['/user/tag/batch/set.json', JSON.stringify({ userIds: numbered('u', 1001), tags: [] }), 1002, 'userIds'],
  ])('%s is refused beyond it: %#', async (path, body, code, name) => {
    // Only the count of calls uses the store: no room is read and nothing is written.
    const { deps, faults } = recordingDeps({ countCall: async () => true });
    const { statusCode, body: answer } = await serve(deps, signedCall(path, body));
    expect([statusCode, answer.code, faults]).toEqual([400, code, []]);
    expect(answer.errorMessage).toContain(`unable to accept the call; ${name} `);
  });
});

describe('the body', () => {
  const callTo = callerOf(recordingDeps(noRoom).deps);
  const encoded = 'unable to accept the call; the body must be percent-encoded UTF-8';

  it.each([
    'chatroomId=%',
    'chatroomId=%4',
    'chatroomId=%zz',
    'chatroomId=%C3',
    'chatroomId=%C0%AF',
    'chatroomId=%ED%A0%80',
    '%FF=1',
  ])('is refused when its encoding is broken: %s', async (body) => {
    expect(await callTo('/chatroom/get.json', body)).toEqual({ code: 1002, errorMessage: encoded });
  });

  it.each([[[0xff]], [[0xc3, 0x28]], [[0xed, 0xa0, 0x80]]])('is refused when it is not UTF-8: %j', async (wrong) => {
    const bodyBytes = Buffer.concat([Buffer.from('chatroomId=r1&x='), Buffer.from(wrong)]);
    const request = { ...signedCall('/chatroom/get.json', ''), bodyBytes };
    const { body } = await serve(recordingDeps(noRoom).deps, request);
    expect(body).toEqual({ code: 1002, errorMessage: 'unable to accept the call; the body must be UTF-8' });
  });

  it.each([
    ['name=Ann+B%26C&userId=u1', 'Ann B&C'],
    ['name=%E5%BC%A0&userId=u1', '张'],
    ['name=张&userId=u1', '张'],
    ['name=a=b&userId=u1', 'a=b'],
    ['&&name=a%3Db%2B&&userId=u1&', 'a=b+'],
    ['unknown=1&name=n&userId=u1&__proto__=x', 'n'],
    ['%6Eame=n&userId=u1', 'n'],
    ['name=%EF%BB%BFn&userId=u1', '\ufeffn'],
  ])('is read as a form: %s', async (body, name) => {
    const names: unknown[] = [];
    const { deps } = recordingDeps({ setProfile: async (_user, change) => void names.push(change.name) });
    expect((await callerOf(deps)(getToken, body)).code).toBe(200);
    expect(names).toEqual([name]);
  });

  it('is JSON only where that is declared', async () => {
    const answer = await callTo('/chatroom/get.json', '{"chatroomId":"r1"}');
    expect(answer).toEqual({ code: 1002, errorMessage: 'unable to accept the call; chatroomId is missing' });
  });
});
