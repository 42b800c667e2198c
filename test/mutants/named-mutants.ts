/* Guards whose removal needs a choice: several of one file, a check after a write, an order of reads. */

import { deliveryMutants } from './delivery-mutants.ts';
import { type Mutant, mutant } from './mutant.ts';
import { presenceMutants } from './presence-mutants.ts';
import { profileMutants } from './profile-mutants.ts';
import { slowModeMutants } from './slow-mode-mutants.ts';

const EVICTION = 'lib/domain/eviction.ts';
const MEMBER = 'lib/domain/member.ts';
const MEMBERS = 'lib/store/dynamodb/members.ts';
const MESSAGES = 'lib/store/dynamodb/messages.ts';
const ROOMS = 'lib/store/dynamodb/rooms.ts';
const ROOM_CHANGE = 'lib/store/dynamodb/room-change.ts';
const JOIN = 'lib/usecases/join-room.ts';
const PERMIT = 'lib/usecases/steps/permit-join.ts';
const RESUME = 'lib/usecases/steps/resume-membership.ts';
const SEND = 'lib/usecases/send-message.ts';
const IN_ROOM = 'lib/usecases/steps/row-in-room.ts';
const AMONG = 'lib/usecases/steps/members-among.ts';
const END = 'lib/usecases/steps/end-membership.ts';
const TAKE = 'lib/usecases/steps/take-device.ts';

export const namedMutants: readonly Mutant[] = [
  ...deliveryMutants,
  ...profileMutants,
  ...presenceMutants,
  mutant('the message limit is one more', EVICTION, '>= limits.offlineMessageLimit', '> limits.offlineMessageLimit'),
  mutant(
    'the message limit is one less',
    EVICTION,
    '>= limits.offlineMessageLimit',
    '>= limits.offlineMessageLimit - 1',
  ),
  mutant('exactly the grace is too long', EVICTION, '> limits.offlineGraceMs', '>= limits.offlineGraceMs'),
  mutant('the grace is a second longer', EVICTION, '> limits.offlineGraceMs', '> limits.offlineGraceMs + 1000'),
  mutant(
    'a delisted user is evicted at once',
    EVICTION,
    'Math.max(mark.seq, ownValue(room.delistedSeq, member.userId) ?? 0)',
    'mark.seq',
  ),
  mutant('the allowlist is not asked', EVICTION, 'ownValue(room.allowlistedSince, member.userId) ?? room', 'room'),
  mutant('a resume keeps the mark', MEMBER, '    offline: undefined,\n  };\n}\n', '  };\n}\n'),
  mutant(
    'a late event moves the mark',
    MEMBER,
    'offline: member.offline ?? { ...mark, sinceMs }',
    'offline: { ...mark, sinceMs }',
  ),
  mutant(
    'the mark is set by each connection',
    MEMBER,
    'if (member.connections.length > 0)',
    'if (member.connections.length > 1)',
  ),
  mutant('a row is put whatever its revision', MEMBERS, '...atRevision(revision, nowMs) }', '}'),
  mutant(
    'a row is deleted whatever its revision',
    MEMBERS,
    'ConditionExpression: `#revision = :revision',
    'ConditionExpression: `(attribute_exists(pk) OR #revision = :revision)',
  ),
  mutant('a first join is repeated blindly', MEMBERS, 'const isFirst = revision === 0;', 'const isFirst = false;'),
  mutant(
    'a put does not recognise its own work',
    MEMBERS,
    'return now !== undefined && fingerprint(now) === fingerprint(stored);',
    'return false;',
  ),
  mutant(
    'a message may be accepted twice',
    MESSAGES,
    "'NOT contains(#tail, :id)',",
    "'(NOT contains(#tail, :id) OR attribute_exists(#tail))',",
  ),
  mutant(
    'a message ignores the send permissions',
    MESSAGES,
    "['#sendPermissionVersion = :sendPermissionVersion']",
    "['(#sendPermissionVersion = :sendPermissionVersion OR attribute_exists(#tail))']",
  ),
  mutant(
    'a change ignores the epoch',
    ROOM_CHANGE,
    "'#epoch = :epoch', ",
    "'(#epoch = :epoch OR attribute_exists(#epoch))', ",
  ),
  mutant(
    'a change ignores the destruction',
    ROOM_CHANGE,
    "'attribute_not_exists(#destroyedAtMs)', ",
    "'(attribute_not_exists(#destroyedAtMs) OR attribute_exists(#epoch))', ",
  ),
  mutant(
    'a room is created over a live one',
    ROOMS,
    "'attribute_not_exists(pk) OR attribute_exists(#destroyedAtMs)'",
    "'attribute_not_exists(pk) OR attribute_exists(#destroyedAtMs) OR attribute_exists(pk)'",
  ),
  mutant('a room is created twice', ROOMS, "this.#table.put(row, 'report-lost')", 'this.#table.put(row)'),
  mutant('a row of a newer epoch counts as empty', IN_ROOM, '!isCurrent && ', 'false && !isCurrent && '),
  mutant(
    'a resume is not checked after its write',
    JOIN,
    'if (isEvicted(admitted.before, now, deps.settings)) {',
    'if (false as boolean) {',
  ),
  mutant(
    'a join does not read the connection again',
    JOIN,
    'recheckConnection(deps, connection, request.room),',
    'Promise.resolve(connection),',
  ),
  mutant(
    'a join does not read the room again',
    JOIN,
    'if (!isLive(now) || now.epoch !== room.epoch) {\n    // The',
    'if (!isLive(now)) {\n    // The',
  ),
  mutant(
    'a join skips the eviction',
    JOIN,
    'if (member.membershipId !== undefined && isEvicted(member, room, deps.settings)) {',
    'if (false as boolean) {',
  ),
  mutant('a join ignores the block', PERMIT, 'if (isBlocked(member, deps.now()))', 'if (false as boolean)'),
  mutant('a resume does not name its epoch', PERMIT, 'resume.roomEpoch !== room.epoch', 'false as boolean'),
  mutant(
    'a resume does not name its membership',
    PERMIT,
    'member.membershipId === resume.membership;',
    'member.membershipId !== undefined;',
  ),
  mutant(
    'a resume gets the end of a later membership',
    PERMIT,
    "if (isSame) return over('offline');",
    "return over('offline');",
  ),
  mutant(
    'ends by a leave are not noted',
    END,
    "if (membershipId !== undefined && reason !== 'offline')",
    'if (false as boolean)',
  ),
  mutant('a send ignores the block', SEND, 'if (isBlocked(member, nowMs))', 'if (false as boolean)'),
  mutant(
    'a send ignores the eviction',
    SEND,
    'if (isEvicted(member, room, deps.settings)) {',
    'if (false as boolean) {',
  ),
  mutant('a repeated send is not found', SEND, 'if (earlier !== undefined) {', 'if (false as boolean) {'),
  mutant('an evicted row is judged as it was read', AMONG, 'if (suspects.length === 0)', 'if (suspects.length >= 0)'),
  mutant(
    'a block leaves the send permissions',
    'lib/usecases/block-users.ts',
    'const after = await deps.store.bumpSendPermissionVersion(roomId, room.epoch);',
    'const after = await deps.store.getRoom(roomId);',
  ),
  mutant(
    'a block leaves the membership',
    MEMBER,
    '...(member.membershipId === undefined ? member : ended(member, reason, nowMs)),',
    '...member,',
  ),
  mutant(
    'the seq of a mark is read eventually late',
    'lib/usecases/steps/disconnect-member.ts',
    'offlineMark(room, deps.now(), sinceMs)',
    'offlineMark({ ...room, seq: Math.max(0, room.seq - 1) }, deps.now(), sinceMs)',
  ),
  mutant(
    'a closed connection is opened',
    'lib/store/dynamodb/connections.ts',
    "ConditionExpression: 'attribute_not_exists(pk)',",
    "ConditionExpression: 'attribute_not_exists(pk) OR attribute_exists(pk)',",
  ),
  mutant(
    'a room is added to a closed connection',
    'lib/store/dynamodb/connections.ts',
    "'attribute_exists(#rooms) AND attribute_not_exists(#closedAtMs)'",
    "'attribute_exists(#rooms) OR attribute_not_exists(#closedAtMs)'",
  ),
  mutant(
    'timers are armed in shards that no note names',
    'lib/store/dynamodb/due-list.ts',
    'if (timers.length > 0) await this.#noteShards();',
    '',
  ),
  mutant(
    'the sweep takes a connection whose lease is over for alive',
    'lib/usecases/sweep/sweep-alive.ts',
    'connection.closedAtMs !== undefined || deps.now() >= connection.leaseUntilMs',
    'connection.closedAtMs !== undefined',
  ),
  mutant(
    'the sweep ignores the shards of a former deployment',
    'lib/usecases/sweep/sweep.ts',
    'Math.max(deps.settings.sweepShards, await deps.store.mostShards())',
    'deps.settings.sweepShards',
  ),
  mutant(
    'the sweep takes a row that has a timer of another row for changed',
    'lib/usecases/sweep/sweep.ts',
    'rest.map(nameOf).join() === row.timers.map(nameOf).join()',
    'rest.length === row.timers.length && rest.every((timer, index) => timer === row.timers[index])',
  ),
  mutant(
    'a run of the stream goes on after a record that failed',
    'lib/usecases/announce-changes.ts',
    '!hasFailed && deps.now() < stopMs',
    'deps.now() < stopMs || hasFailed',
  ),
  mutant(
    'the sweep reads the room before the row',
    'lib/usecases/sweep/sweep-member.ts',
    '  const member = await deps.store.getMember(roomId, user);\n  const room = await deps.store.getRoom(roomId);',
    '  const room = await deps.store.getRoom(roomId);\n  const member = await deps.store.getMember(roomId, user);',
  ),
  mutant(
    'what is due is disarmed before it is checked again',
    'lib/usecases/sweep/sweep-connection.ts',
    'if (!isLast) return',
    'if (false && !isLast) return',
  ),
  mutant(
    'a device that left is back by its own send',
    RESUME,
    'return hasDevice(member, connection.device) && !(',
    'return !(',
  ),
  mutant(
    'a resume by a send is not checked after its write',
    RESUME,
    'if (await wasEvicted(deps, room, member)) {',
    'if (false as boolean) {',
  ),
  mutant(
    'a resume by a send ends no other membership',
    RESUME,
    'if (!deps.settings.multipleRooms) await keepLastRoom(deps, again, room.roomId);',
    '',
  ),
  mutant(
    'a join ends no other membership',
    JOIN,
    'if (!deps.settings.multipleRooms) await keepLastRoom(deps, rechecked, request.room);',
    '',
  ),
  mutant(
    'a resume by a send does not read the connection again',
    RESUME,
    'const again = await recheckConnection(deps, connection, room.roomId);',
    'const again: Connection | undefined = connection;',
  ),
  mutant(
    'a room leaves the row of its connection at once',
    'lib/usecases/steps/rooms-of-connection.ts',
    'deps.now() - SETTLED_MS',
    'deps.now() + SETTLED_MS',
  ),
  mutant(
    'the timer of a destroyed room ignores one whose row is gone',
    'lib/usecases/sweep/sweep-room.ts',
    '  if (room?.epoch === epoch) return',
    '  if (room === undefined) return {};\n  if (room.epoch === epoch) return',
  ),
  mutant(
    'a destroyed room has no timer',
    'lib/usecases/steps/destroy-room.ts',
    "await deps.store.arm(deps.now() + FINISH_AFTER_MS, [{ kind: 'destroyed-room'",
    "if (deps.now() < 0) await deps.store.arm(deps.now() + FINISH_AFTER_MS, [{ kind: 'destroyed-room'",
  ),
  mutant(
    'a closed connection is not checked again',
    'lib/usecases/sweep/sweep-connection.ts',
    'nextAtMs: closedAtMs + SETTLED_MS };',
    'isOver: true };',
  ),
  mutant(
    'what was refused for a change is not decided again',
    'lib/usecases/steps/decide-on.ts',
    'ATTEMPTS_MAX = 10',
    'ATTEMPTS_MAX = 1',
  ),
  mutant('a throttled call is not repeated', 'lib/store/dynamodb/table.ts', 'MOST_ATTEMPTS = 5', 'MOST_ATTEMPTS = 1'),
  mutant(
    'the list of members is read eventually late',
    'lib/store/dynamodb/table.ts',
    'ConsistentRead: true, ...input',
    'ConsistentRead: false, ...input',
  ),
  ...slowModeMutants,
  mutant(
    'a muted member may signal',
    'lib/usecases/send-signal.ts',
    'if (isMuted(member, room, turn.access, deps.now()))',
    'if (deps.now() < 0)',
  ),
  mutant(
    'a signal needs no membership',
    'lib/usecases/send-signal.ts',
    'if (!member.connections.includes(connectionId)) return notIn();',
    '',
  ),
  mutant(
    'signals take no posts of the budget',
    'lib/usecases/send-signal.ts',
    'others.length === 0 || (await takePosts(deps, others.length))',
    'others.length >= 0 || (await takePosts(deps, others.length))',
  ),
  mutant(
    'a message says nothing of its sender',
    SEND,
    'sender === undefined || !hasSpaceFor(sender, content) ? {} : { sender }',
    'sender === undefined || hasSpaceFor(sender, content) ? {} : { sender }',
  ),
  mutant(
    'the note of a recall has the sender of the message',
    'lib/usecases/recall-message.ts',
    '  sender: undefined,\n',
    '',
  ),
  mutant(
    'a member gets the rows of evicted members as members',
    'lib/usecases/room-info.ts',
    'await membersAmong(deps, roomId, membersIn(room, rows))',
    'membersIn(room, rows)',
  ),
  mutant(
    'who is no member gets the members',
    'lib/usecases/room-info.ts',
    "await admitMember(deps, caller, roomId, { action: 'info' })",
    '{ room: (await deps.store.getRoom(roomId)) as Room }',
  ),
  mutant('a second login does not ask who has the device', TAKE, 'await heldBy(deps, own, list.logins)', '[]'),
  mutant(
    'a login takes a device whatever another one has written',
    TAKE,
    'const isTaken = await deps.store.putLogins(',
    'const isTaken = true;\n    await deps.store.putLogins(',
  ),
  mutant(
    'a second login takes the device although a frame has renewed the lease',
    TAKE,
    'else if (await isOpen(deps, connection)) return false;',
    '',
  ),
  mutant(
    'a client is refused for its own dead connection',
    TAKE,
    'holder === undefined || isOfOneRun(holder, own.loginId)',
    'holder === undefined',
  ),
  mutant(
    'a login of another client that is being refused is force-closed',
    'lib/usecases/steps/force-close-former.ts',
    '  if (isOfOwnRun === true && !isOfOneRun(other.loginId, own.loginId)) return false;\n',
    '',
  ),
  mutant(
    'what was read before the hook was asked is enough',
    SEND,
    "(await askHook(deps, hook, caller, connection, request)) ?? 'again'",
    '(await askHook(deps, hook, caller, connection, request)) as Refused',
  ),
  mutant(
    'what the hook refuses is free',
    'lib/usecases/steps/send-attempt.ts',
    '[...others, ...own.map(spentMark)] : others',
    'others : others',
  ),
  mutant(
    'a message that waited for the hook needs another turn',
    SEND,
    'isAsked ? recheckTurn(deps, caller) : askTurn',
    "key === '' ? recheckTurn(deps, caller) : askTurn",
  ),
  mutant(
    'a hook that fails has accepted, whatever the setting',
    'lib/usecases/steps/ask-hook.ts',
    'deps.settings.acceptIfHookFails ? undefined',
    'deps.now() > 0 ? undefined',
  ),
  mutant(
    'a hook may believe that it replaces the content',
    'lib/protocol/message-hook.ts',
    ' || answer.content !== undefined',
    '',
  ),
  mutant(
    'many rows are read eventually late',
    'lib/store/dynamodb/table.ts',
    'Keys: [...keys], ConsistentRead',
    'Keys: [...keys], ConsistentRead: false',
  ),
];
