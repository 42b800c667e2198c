import { accounts } from './reference-accounts.ts';
import type { Endpoint } from './reference-endpoint.ts';
import { entries } from './reference-entries.ts';
import { members } from './reference-members.ts';
import { messages } from './reference-messages.ts';
import { mutes } from './reference-mutes.ts';
import { rooms } from './reference-rooms.ts';
import { userCalls } from './reference-users.ts';

/** RongCloud's public contract of each path that is served; see `Endpoint`. */
export const referenceTable: readonly Endpoint[] = [
  ...rooms,
  ...members,
  ...mutes,
  ...messages,
  ...entries,
  ...userCalls,
  ...accounts,
];

/** The paths of the contract, as they are listed there. */
export const referencePaths = `
  /chatroom/create_new.json /chatroom/create.json /chatroom/destroy.json /chatroom/destroy/set.json
  /chatroom/get.json /chatroom/query.json
  /chatroom/keepalive/add.json /chatroom/keepalive/remove.json /chatroom/keepalive/query.json
  /chatroom/user/query.json /chatroom/user/exist.json /chatroom/users/exist.json
  /chatroom/user/block/add.json /chatroom/user/block/rollback.json /chatroom/user/block/list.json
  /chatroom/user/whitelist/add.json /chatroom/user/whitelist/remove.json /chatroom/user/whitelist/query.json
  /chatroom/user/gag/add.json /chatroom/user/gag/rollback.json /chatroom/user/gag/list.json
  /chatroom/user/ban/add.json /chatroom/user/ban/remove.json /chatroom/user/ban/query.json
  /chatroom/ban/add.json /chatroom/ban/rollback.json /chatroom/ban/query.json /chatroom/ban/check.json
  /chatroom/user/ban/whitelist/add.json /chatroom/user/ban/whitelist/rollback.json
  /chatroom/user/ban/whitelist/query.json
  /message/chatroom/publish.json /message/chatroom/broadcast.json /message/recall.json
  /chatroom/message/priority/add.json /chatroom/message/priority/remove.json /chatroom/message/priority/query.json
  /v3/message/chatroom/query.json
  /chatroom/whitelist/add.json /chatroom/whitelist/delete.json /chatroom/whitelist/query.json
  /chatroom/message/stopDistribution.json /chatroom/message/resumeDistribution.json
  /chatroom/entry/set.json /chatroom/entry/batch/set.json /chatroom/entry/remove.json
  /chatroom/entry/batch/remove.json /chatroom/entry/query.json
  /user/getToken.json /user/token/expire.json /user/refresh.json /user/checkOnline.json
  /user/block.json /user/unblock.json /user/block/query.json
  /user/query.json /user/deactivate.json /user/deactivate/query.json /user/reactivate.json /user/delusers.json
  /user/blacklist/add.json /user/blacklist/remove.json /user/blacklist/query.json`
  .trim()
  .split(/\s+/);

/** What the table has besides: Doorman's own. */
export const ownPaths = ['/chatroom/slow-mode/set.json', '/chatroom/slow-mode/get.json'];
