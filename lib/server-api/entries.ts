import type { RoomId, UserId } from '../protocol/ids.ts';
import type { Deps } from '../usecases/deps.ts';
import { type EntriesOutcome, readRoomEntries, removeRoomEntries, setRoomEntries } from '../usecases/room-entries.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { entryInfo, entryKey, entryKeys, entryValue } from './entry-kinds.ts';
import { one, optionalMany, withDefault } from './fields.ts';
import { flag, userId } from './kinds.ts';
import { alongFields, type MessageContent, messageAlong } from './message-fields.ts';
import { publishTo } from './publish.ts';
import { ApiCode, badParameter, RefusedCall } from './refused-call.ts';
import { room } from './room-users.ts';
import { list, object, oneOf, string } from './schema.ts';
import { noSuchRoom } from './wording.ts';

const KEYS_MAX = 100;
const autoDelete = withDefault(flag, '0', '1 = removed when the membership of this user ends');

const set = endpoint({
  path: '/chatroom/entry/set.json',
  about:
    'Sets an attribute of the room, whoever has set it before. The user need not be a member. With `objectName` and ' +
    '`content` that message goes to the room then, in the name of the user, as by `publish`. If the room does not take ' +
    'it, the attribute is set all the same, and the error has it in `done`.',
  fields: {
    ...room,
    userId: one(userId, 'in whose name'),
    key: one(entryKey, 'the attribute'),
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

/** The attribute comes first: who gets the message finds what it is about. */
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
    'Sets attributes of the room, whoever has set them before. Those that are more than the room holds are left out; ' +
    'the error then lists in `done` those that were set.',
  fields: {
    ...room,
    entryOwnerId: one(userId, 'in whose name'),
    entryInfo: one(entryInfo, 'the attributes'),
    autoDelete,
  },
  run: async ({ deps }, { chatroomId, entryOwnerId, entryInfo: entries, autoDelete }) => {
    const change = { userId: entryOwnerId, entries, autoDelete, overwrite: true };
    checkSet(await setRoomEntries(deps, chatroomId, change), deps.settings.maxEntriesPerRoom);
    return {};
  },
});

/** Nothing but the room's limit keeps an attribute from being set. */
export function checkSet(outcome: EntriesOutcome, maxEntries: number): void {
  if (outcome === 'no-room') throw noSuchRoom('set the attributes');
  if (Object.keys(outcome.faults).length === 0) return;
  const why = `unable to set the attributes; a room has at most ${maxEntries}`;
  throw new RefusedCall(400, ApiCode.BAD_PARAMETER, why, outcome.done.length > 0 ? { done: outcome.done } : {});
}

const remove = endpoint({
  path: '/chatroom/entry/remove.json',
  about:
    'Removes an attribute of the room that this user has set; code 1015 if there is none, or no such room. With ' +
    '`objectName` and `content` that message goes to the room then, in the name of the user, as by `publish`. If the ' +
    'room does not take it, the attribute is removed all the same, and the error has it in `done`.',
  fields: { ...room, userId: one(userId, 'who has set it'), key: one(entryKey, 'the attribute'), ...alongFields },
  run: async ({ deps }, { chatroomId, userId: owner, key, objectName, content }) => {
    const message = messageAlong(objectName, content);
    const outcome = await removeRoomEntries(deps, chatroomId, { userId: owner, keys: [key], force: false });
    const [fault] = outcome === 'no-room' ? ['no-such-key'] : Object.values(outcome.faults);
    if (fault === 'no-such-key') {
      throw new RefusedCall(400, ApiCode.NOTHING_TO_REMOVE, 'unable to remove the attribute; it does not exist');
    }
    if (fault !== undefined) throw badParameter('unable to remove the attribute; it is of another user');
    await sendAlong(deps, chatroomId, owner, key, message);
    return {};
  },
});

const batchRemove = endpoint({
  path: '/chatroom/entry/batch/remove.json',
  about:
    'Removes attributes of the room, whoever has set them. Those that are not there are passed over, and so is a room ' +
    'that does not exist.',
  fields: { ...room, entryOwnerId: one(userId, 'in whose name; need not have set them'), entryKeys },
  run: async ({ deps }, { chatroomId, entryOwnerId, entryKeys: keys }) => {
    const change = { userId: entryOwnerId, keys: [...new Set(keys)], force: true };
    await removeRoomEntries(deps, chatroomId, change);
    return {};
  },
});

const query = endpoint({
  path: '/chatroom/entry/query.json',
  about: 'Attributes of the room: those of these keys that are there, or all; none of a room that does not exist.',
  fields: { ...room, keys: optionalMany(entryKey, KEYS_MAX, 'the attributes; none = all') },
  answer: {
    keys: list(
      object({
        key: string('the attribute'),
        value: string('its value'),
        userId: string('who has set it'),
        autoDelete: oneOf('1 = removed when the membership of this user ends', '0', '1'),
        lastSetTime: string('when it was set, in ms since 1970'),
      }),
      'the attributes, in the order of their keys',
    ),
  },
  run: async ({ deps }, { chatroomId, keys }) => {
    const entries = (await readRoomEntries(deps, chatroomId, keys)) ?? [];
    return {
      keys: entries.map(({ key, value, userId: owner, autoDelete: goes, setAtMs }) => ({
        key,
        value,
        userId: owner,
        autoDelete: goes ? '1' : '0',
        lastSetTime: `${setAtMs}`,
      })),
    };
  },
});

export const entryEndpoints: readonly Endpoint[] = [set, batchSet, remove, batchRemove, query];
