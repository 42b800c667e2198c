import { createRoom } from '../usecases/create-room.ts';
import { exemptFromMute } from '../usecases/exempt-from-mute.ts';
import { setRoomEntries } from '../usecases/room-entries.ts';
import { endpoint } from './endpoint.ts';
import { checkSet } from './entries.ts';
import { startingEntryInfo } from './entry-kinds.ts';
import { optional, optionalMany, withDefault } from './fields.ts';
import { flag, userId } from './kinds.ts';
import { badParameter } from './refused-call.ts';
import { endFields, roomEnd } from './room-end.ts';
import { room } from './room-users.ts';

const EXEMPT_MAX = 20;

export const createNew = endpoint({
  path: '/chatroom/create_new.json',
  about:
    'Creates a room. A room that exists already stays unchanged, whatever the call says. A call that was interrupted may ' +
    'be repeated: it adds the exempt users and the entries that the room still lacks.',
  fields: {
    ...room,
    ...endFields,
    isBan: withDefault(flag, 'false', 'whether the room starts muted'),
    whiteUserIds: optionalMany(userId, EXEMPT_MAX, 'users who are exempt from mutes of the room'),
    entryOwnerId: optional(userId, 'the user who sets the entries; without effect if there are none'),
    entryInfo: optional(startingEntryInfo, 'entries that the room starts with; only with entryOwnerId'),
  },
  run: async ({ deps }, { chatroomId, isBan, whiteUserIds, entryOwnerId, entryInfo: entries, ...end }) => {
    const { maxEntriesPerRoom } = deps.settings;
    const change = startingEntries(entryOwnerId, entries, maxEntriesPerRoom);
    const storeMore = async () => {
      if (whiteUserIds.length > 0) await exemptFromMute(deps, chatroomId, [...new Set(whiteUserIds)]);
      if (change !== undefined) checkSet(await setRoomEntries(deps, chatroomId, change), maxEntriesPerRoom);
    };
    const plan = { end: roomEnd(deps, end), muted: isBan };
    const isMore = whiteUserIds.length > 0 || change !== undefined;
    await createRoom(deps, chatroomId, chatroomId, isMore ? { ...plan, storeMore } : plan);
    return {};
  },
});

type Change = Parameters<typeof setRoomEntries>[2];

function startingEntries(
  owner: Change['userId'] | undefined,
  entries: ReadonlyMap<string, string> | undefined,
  maxEntries: number,
): Change | undefined {
  if (entries === undefined || entries.size === 0) return undefined;
  if (owner === undefined) throw badParameter('unable to accept the call; entryInfo is given without entryOwnerId');
  if (entries.size > maxEntries) throw badParameter(`unable to create the room; it has at most ${maxEntries} entries`);
  return { userId: owner, entries, autoDelete: false, overwrite: true };
}
