import type { RoomId, UserId } from '../protocol/ids.ts';
import type { Deps } from '../usecases/deps.ts';
import { describeRooms } from '../usecases/describe-room.ts';
import { type NoticeFields, notifyRoom, notifyUsers } from '../usecases/send-notice.ts';
import { withDefault } from './fields.ts';
import { bytes, flag } from './kinds.ts';

/** The longest text of an app beside a notice or in the note of a recall. */
export const EXTRA_BYTES_MAX = 4096;

/** Parameters of the calls that can be told to clients. */
export const noticeFields = {
  needNotify: withDefault(flag, 'false', 'whether the clients concerned, those online, are told'),
  extra: withDefault(bytes(EXTRA_BYTES_MAX), '', 'what they are told besides; only with needNotify'),
};

interface Wanted {
  readonly needNotify: boolean;
  readonly extra: string;
}

type Act = Omit<NoticeFields, 'extra'>;

/** Tells the members of the room what was done, if the call asks for it. */
export const noticeInRoom = (deps: Deps, room: RoomId, { needNotify, extra }: Wanted, act: Act): Promise<void> =>
  ifWanted(deps, needNotify, async () => {
    const [found] = await describeRooms(deps, [room]);
    if (found !== undefined) await notifyRoom(deps, found, { ...act, extra });
  });

/** Tells the users what was done to them in all rooms, if the call asks for it. */
export const noticeToUsers = (
  deps: Deps,
  users: readonly UserId[],
  { needNotify, extra }: Wanted,
  act: Act,
): Promise<void> => ifWanted(deps, needNotify, () => notifyUsers(deps, users, { ...act, extra }));

/** What was done stays done, whether or not everybody is told. */
async function ifWanted(deps: Deps, needNotify: boolean, tell: () => Promise<void>): Promise<void> {
  if (!needNotify) return;
  try {
    await tell();
  } catch (fault) {
    deps.onFault('send a notice', fault);
  }
}
