import { isRefused, type Outcome, refused } from '../domain/outcome.ts';
import type { RoomId, UserId } from '../protocol/ids.ts';
import type { Deps } from '../usecases/deps.ts';
import { type EntriesDone, readRoomEntries, removeRoomEntries, setRoomEntries } from '../usecases/room-entries.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { entryInfo, entryKey, entryKeys, entryValue } from './entry-kinds.ts';
import { one, optionalMany, withDefault } from './fields.ts';
import { flag, userId } from './kinds.ts';
import { alongFields, type MessageContent, messageAlong } from './message-fields.ts';
import { publishTo } from './publish.ts';
import { ApiCode, RefusedCall } from './refused-call.ts';
import { room } from './room-users.ts';
import { list, object, oneOf, string } from './schema.ts';
import { served, servedOr } from './served.ts';

const KEYS_MAX = 100;
/** Also where there is no room. */
const ABSENT = { why: 'it does not exist' };
const autoDelete = withDefault(flag, '0', '1 = removed when the membership of this user ends');

const set = endpoint({
  path: '/chatroom/entry/set.json',
  about:
    'Sets an entry of the room, even one that another user has set. The user need not be a member. With `objectName` and ' +
    '`content`, that message is then sent to the room as the user, as `publish` does. If the room refuses the message, ' +
    'the entry stays set, and the error lists its key in `done`.',
  fields: {
    ...room,
    userId: one(userId, 'the user who sets it'),
    key: one(entryKey, 'the key of the entry'),
    value: one(entryValue, 'its value'),
    autoDelete,
    ...alongFields,
  },
  run: async ({ deps }, { chatroomId, userId: owner, key, value, autoDelete, objectName, content }) => {
    const message = messageAlong(objectName, content);
    const change = { userId: owner, entries: new Map([[key, value]]), autoDelete, overwrite: true };
    checkSet(await setRoomEntries(deps, chatroomId, change), deps.settings.maxEntriesPerRoom);
    await sendAlong(deps, chatroomId, owner, key, message);
    return {};
  },
});

/** Runs after the change of the entry, so that a client that gets the message finds the entry as it describes it. */
async function sendAlong(
  deps: Deps,
  room: RoomId,
  fromUserId: UserId,
  key: string,
  message: MessageContent | undefined,
): Promise<void> {
  if (message === undefined) return;
  await publishTo(
    deps,
    room,
    { fromUserId, ...message, includeSender: false, rank: 'normal', isKept: true },
    { done: [key] },
  );
}

const batchSet = endpoint({
  path: '/chatroom/entry/batch/set.json',
  about:
    'Sets entries of the room, even those that other users have set. Entries beyond the limit of the room are left out; ' +
    'the error then lists in `done` the keys that were set.',
  fields: {
    ...room,
    entryOwnerId: one(userId, 'the user who sets them'),
    entryInfo: one(entryInfo, 'the entries'),
    autoDelete,
  },
  run: async ({ deps }, { chatroomId, entryOwnerId, entryInfo: entries, autoDelete }) => {
    const change = { userId: entryOwnerId, entries, autoDelete, overwrite: true };
    checkSet(await setRoomEntries(deps, chatroomId, change), deps.settings.maxEntriesPerRoom);
    return {};
  },
});

/** An overwriting call fails only for a room that does not exist or is full. */
export function checkSet(outcome: Outcome<EntriesDone>, maxEntries: number): void {
  const { done, faults } = served(outcome, 'set the entries');
  if (Object.keys(faults).length === 0) return;
  const why = `unable to set the entries; a room has at most ${maxEntries}`;
  throw new RefusedCall(400, ApiCode.BAD_PARAMETER, why, done.length > 0 ? { done } : {});
}

const remove = endpoint({
  path: '/chatroom/entry/remove.json',
  about:
    'Removes an entry of the room that this user has set; code 1015 if the entry or the room does not exist. With ' +
    '`objectName` and `content`, that message is then sent to the room as the user, as `publish` does. If the room ' +
    'refuses the message, the entry stays removed, and the error lists its key in `done`.',
  fields: {
    ...room,
    userId: one(userId, 'who has set it'),
    key: one(entryKey, 'the key of the entry'),
    ...alongFields,
  },
  run: async ({ deps }, { chatroomId, userId: owner, key, objectName, content }) => {
    const message = messageAlong(objectName, content);
    const outcome = await removeRoomEntries(deps, chatroomId, { userId: owner, keys: [key], force: false });
    const [fault] = isRefused(outcome) ? ['no-such-entry' as const] : Object.values(outcome.faults);
    if (fault !== undefined) served(refused(fault, fault === 'no-such-entry' ? ABSENT : {}), 'remove the entry');
    await sendAlong(deps, chatroomId, owner, key, message);
    return {};
  },
});

const batchRemove = endpoint({
  path: '/chatroom/entry/batch/remove.json',
  about:
    'Removes entries of the room, even those that other users have set. Keys that do not exist are ignored, and so is a ' +
    'room that does not exist.',
  fields: { ...room, entryOwnerId: one(userId, 'the user who removes them; need not have set them'), entryKeys },
  run: async ({ deps }, { chatroomId, entryOwnerId, entryKeys: keys }) => {
    const change = { userId: entryOwnerId, keys: [...new Set(keys)], force: true };
    await removeRoomEntries(deps, chatroomId, change);
    return {};
  },
});

const query = endpoint({
  path: '/chatroom/entry/query.json',
  about: 'The entries of the room with these keys, or all of them; none for a room that does not exist.',
  fields: { ...room, keys: optionalMany(entryKey, KEYS_MAX, 'the keys; none = all') },
  answer: {
    keys: list(
      object({
        key: string('the key of the entry'),
        value: string('its value'),
        userId: string('who has set it'),
        autoDelete: oneOf('1 = removed when the membership of this user ends', '0', '1'),
        lastSetTime: string('when it was set, in ms since 1970'),
      }),
      'the entries, in the order of their keys',
    ),
  },
  run: async ({ deps }, { chatroomId, keys }) => {
    const entries = servedOr(await readRoomEntries(deps, chatroomId, keys), []);
    return {
      keys: entries.map(({ key, value, userId: owner, autoDelete: isRemovedAtEnd, setAtMs }) => ({
        key,
        value,
        userId: owner,
        autoDelete: isRemovedAtEnd ? '1' : '0',
        lastSetTime: `${setAtMs}`,
      })),
    };
  },
});

export const entryEndpoints: readonly Endpoint[] = [set, batchSet, remove, batchRemove, query];
