import type { RoomId, UserId } from '../protocol/ids.ts';
import type { Deps } from '../usecases/deps.ts';
import { describeRooms } from '../usecases/describe-room.ts';
import { type NoticeFields, notifyRoom, notifyUsers } from '../usecases/send-notice.ts';
import { withDefault } from './fields.ts';
import { bytes, flag } from './kinds.ts';

/** The longest text of an app beside a notice or in the note of a recall. */
export const EXTRA_BYTES_MAX = 4096;

/** Parameters of the calls that can notify clients. */
export const noticeFields = {
  needNotify: withDefault(flag, 'false', 'whether the online clients of those concerned are notified'),
  extra: withDefault(bytes(EXTRA_BYTES_MAX), '', 'text of the app for the notice; only with needNotify'),
};

interface Wanted {
  readonly needNotify: boolean;
  readonly extra: string;
}

type Act = Omit<NoticeFields, 'extra'>;

/** Notifies the members of the room of what was done, if the call asks for it. */
export const noticeInRoom = (deps: Deps, room: RoomId, { needNotify, extra }: Wanted, act: Act): Promise<void> =>
  ifWanted(deps, needNotify, async () => {
    const [found] = await describeRooms(deps, [room]);
    if (found !== undefined) await notifyRoom(deps, found, { ...act, extra });
  });

/** Notifies the users of what was done to them in all rooms, if the call asks for it. */
export const noticeToUsers = (
  deps: Deps,
  users: readonly UserId[],
  { needNotify, extra }: Wanted,
  act: Act,
): Promise<void> => ifWanted(deps, needNotify, () => notifyUsers(deps, users, { ...act, extra }));

/** What was done stays done, even if a notice fails. */
async function ifWanted(deps: Deps, needNotify: boolean, notify: () => Promise<void>): Promise<void> {
  if (!needNotify) return;
  try {
    await notify();
  } catch (fault) {
    deps.onFault('send a notice', fault);
  }
}
