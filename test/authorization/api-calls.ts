import type { Names } from './scene.ts';

/** One endpoint: a call that is right for a room with ann and bob in it, and its code for each state of the room. */
export interface ApiCall {
  readonly path: string;
  readonly body: string;
  readonly existing: number;
  readonly kept: number;
  readonly absent: number;
  readonly ended: number;
  readonly recreated: number;
  /** What the call is about afterwards: it reads, or it writes rows. */
  readonly effect: 'reads' | 'writes';
  /** The call that makes what this one takes away. */
  readonly undoes?: string;
}

const DONE = 200;
const ROOM = 'chatroomId=$room';
const USER = `${ROOM}&userId=ann`;
const MESSAGE = 'fromUserId=ann&objectName=app:x&content=hi';
const PAST = '{"userId":"ann","targetId":"$room","startTime":"1700000000000","endTime":"1900000000000"}';

type Codes = readonly [existing: number, kept: number, absent: number, ended: number, recreated: number];
/** Whatever the room is. */
const ALWAYS: Codes = [DONE, DONE, DONE, DONE, DONE];
/** What would have to wait for a later room. */
const NEEDS_ROOM: Codes = [DONE, DONE, 1002, 1002, DONE];
/** What an older life of the room had. */
const NEEDS_MESSAGE: Codes = [DONE, DONE, 1002, 1002, 1002];
const NEEDS_ENTRY: Codes = [DONE, DONE, 1015, 1015, 1015];
const NEEDS_KEPT: Codes = [1015, DONE, 1015, 1015, 1015];

type Row = readonly [path: string, body: string, codes: Codes, effect: ApiCall['effect'], undoes?: string];

/** Codes are those of docs/server-api.md, and of "A room that does not exist" in docs/rules.md. */
const rows: readonly Row[] = [
  ['/chatroom/create_new.json', 'chatroomId=$room-new', ALWAYS, 'writes'],
  ['/chatroom/create.json', 'chatroom[$room-new]=name', ALWAYS, 'writes'],
  ['/chatroom/destroy.json', ROOM, ALWAYS, 'writes'],
  ['/chatroom/destroy/set.json', `${ROOM}&destroyType=1&destroyTime=90`, NEEDS_ROOM, 'writes'],
  ['/chatroom/get.json', ROOM, NEEDS_ROOM, 'reads'],
  ['/chatroom/query.json', ROOM, ALWAYS, 'reads'],
  ['/chatroom/keepalive/add.json', ROOM, NEEDS_ROOM, 'writes'],
  ['/chatroom/keepalive/remove.json', ROOM, NEEDS_KEPT, 'writes', '/chatroom/keepalive/add.json'],
  ['/chatroom/keepalive/query.json', '', ALWAYS, 'reads'],
  ['/chatroom/realtime/set.json', `${ROOM}&realTime=1`, NEEDS_ROOM, 'writes'],
  ['/chatroom/user/query.json', `${ROOM}&count=5&order=1`, ALWAYS, 'reads'],
  ['/chatroom/user/exist.json', USER, ALWAYS, 'reads'],
  ['/chatroom/users/exist.json', USER, ALWAYS, 'reads'],
  ['/chatroom/user/block/add.json', `${USER}&minute=5`, NEEDS_ROOM, 'writes'],
  ['/chatroom/user/block/rollback.json', USER, ALWAYS, 'writes', '/chatroom/user/block/add.json'],
  ['/chatroom/user/block/list.json', ROOM, ALWAYS, 'reads'],
  ['/chatroom/user/whitelist/add.json', USER, NEEDS_ROOM, 'writes'],
  ['/chatroom/user/whitelist/remove.json', USER, ALWAYS, 'writes', '/chatroom/user/whitelist/add.json'],
  ['/chatroom/user/whitelist/query.json', ROOM, ALWAYS, 'reads'],
  ['/chatroom/user/gag/add.json', `${USER}&minute=5`, NEEDS_ROOM, 'writes'],
  ['/chatroom/user/gag/rollback.json', USER, ALWAYS, 'writes', '/chatroom/user/gag/add.json'],
  ['/chatroom/user/gag/list.json', ROOM, ALWAYS, 'reads'],
  ['/chatroom/user/ban/add.json', 'userId=ann&minute=5', ALWAYS, 'writes'],
  ['/chatroom/user/ban/remove.json', 'userId=ann', ALWAYS, 'writes', '/chatroom/user/ban/add.json'],
  ['/chatroom/user/ban/query.json', '', ALWAYS, 'reads'],
  ['/chatroom/ban/add.json', ROOM, NEEDS_ROOM, 'writes'],
  ['/chatroom/ban/rollback.json', ROOM, ALWAYS, 'writes', '/chatroom/ban/add.json'],
  ['/chatroom/ban/query.json', '', ALWAYS, 'reads'],
  ['/chatroom/ban/check.json', ROOM, ALWAYS, 'reads'],
  ['/chatroom/user/ban/whitelist/add.json', USER, NEEDS_ROOM, 'writes'],
  ['/chatroom/user/ban/whitelist/rollback.json', USER, ALWAYS, 'writes', '/chatroom/user/ban/whitelist/add.json'],
  ['/chatroom/user/ban/whitelist/query.json', ROOM, ALWAYS, 'reads'],
  ['/chatroom/slow-mode/set.json', `${ROOM}&seconds=10`, NEEDS_ROOM, 'writes'],
  ['/chatroom/slow-mode/get.json', ROOM, ALWAYS, 'reads'],
  ['/message/chatroom/publish.json', `${MESSAGE}&toChatroomId=$room`, NEEDS_ROOM, 'writes'],
  ['/message/chatroom/broadcast.json', MESSAGE, ALWAYS, 'writes'],
  [
    '/message/recall.json',
    'fromUserId=ann&conversationType=4&targetId=$room&messageUID=$message',
    NEEDS_MESSAGE,
    'writes',
  ],
  ['/chatroom/message/stopDistribution.json', ROOM, NEEDS_ROOM, 'writes'],
  ['/chatroom/message/resumeDistribution.json', ROOM, ALWAYS, 'writes', '/chatroom/message/stopDistribution.json'],
  ['/v3/message/chatroom/query.json', PAST, ALWAYS, 'reads'],
  ['/chatroom/message/priority/add.json', 'objectName=app:x', ALWAYS, 'writes'],
  [
    '/chatroom/message/priority/remove.json',
    'objectName=app:x',
    ALWAYS,
    'writes',
    '/chatroom/message/priority/add.json',
  ],
  ['/chatroom/message/priority/query.json', '', ALWAYS, 'reads'],
  ['/chatroom/whitelist/add.json', 'objectnames=app:x', ALWAYS, 'writes'],
  ['/chatroom/whitelist/delete.json', 'objectnames=app:x', ALWAYS, 'writes', '/chatroom/whitelist/add.json'],
  ['/chatroom/whitelist/query.json', '', ALWAYS, 'reads'],
  ['/chatroom/entry/set.json', `${USER}&key=k&value=v`, NEEDS_ROOM, 'writes'],
  ['/chatroom/entry/batch/set.json', `${ROOM}&entryOwnerId=ann&entryInfo={"k":"v"}`, NEEDS_ROOM, 'writes'],
  ['/chatroom/entry/remove.json', `${USER}&key=mine`, NEEDS_ENTRY, 'writes'],
  ['/chatroom/entry/batch/remove.json', `${ROOM}&entryOwnerId=ann&entryKeys=theirs`, ALWAYS, 'writes'],
  ['/chatroom/entry/query.json', ROOM, ALWAYS, 'reads'],
  ['/user/getToken.json', 'userId=ann&name=Ann', ALWAYS, 'writes'],
  ['/user/refresh.json', 'userId=ann&name=Anna', ALWAYS, 'writes'],
  ['/user/info.json', 'userId=ann', ALWAYS, 'reads'],
  ['/user/token/expire.json', 'userId=ann&time=1900000000000', ALWAYS, 'writes'],
  ['/user/checkOnline.json', 'userId=ann', ALWAYS, 'reads'],
  ['/user/block.json', 'userId=ann&minute=5', ALWAYS, 'writes'],
  ['/user/unblock.json', 'userId=ann', ALWAYS, 'writes', '/user/block.json'],
  ['/user/block/query.json', '', ALWAYS, 'reads'],
  ['/user/query.json', '', ALWAYS, 'reads'],
  ['/user/deactivate.json', 'userId=ann', ALWAYS, 'writes'],
  ['/user/deactivate/query.json', '', ALWAYS, 'reads'],
  ['/user/reactivate.json', 'userId=ann', ALWAYS, 'writes', '/user/deactivate.json'],
  ['/user/delusers.json', 'userId=ann', ALWAYS, 'writes'],
  ['/user/blacklist/add.json', 'userId=ann&blackUserId=bob', ALWAYS, 'writes'],
  ['/user/blacklist/remove.json', 'userId=ann&blackUserId=bob', ALWAYS, 'writes', '/user/blacklist/add.json'],
  ['/user/blacklist/query.json', 'userId=ann', ALWAYS, 'reads'],
  ['/user/tag/set.json', '{"userId":"ann","tags":["t"]}', ALWAYS, 'writes'],
  ['/user/tag/batch/set.json', '{"userIds":["ann"],"tags":["t"]}', ALWAYS, 'writes'],
  ['/user/tags/get.json', 'userIds=ann', ALWAYS, 'reads'],
];

export const apiCalls: readonly ApiCall[] = rows.map(([path, body, codes, effect, undoes]) => {
  const [existing, kept, absent, ended, recreated] = codes;
  return { path, body, existing, kept, absent, ended, recreated, effect, ...(undoes === undefined ? {} : { undoes }) };
});

/** The body as it is sent: with the scene's names, percent-encoded where it is a form. */
export function bodyOf({ body }: ApiCall, { room, ownMessageId }: Names): string {
  const named = body.replaceAll('$room', room).replaceAll('$message', ownMessageId);
  return named.startsWith('{') ? named : `${new URLSearchParams(named)}`;
}
