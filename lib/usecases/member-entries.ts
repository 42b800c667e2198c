import type { Member } from '../domain/member.ts';
import { isRefused, type Outcome, refused } from '../domain/outcome.ts';
import { isMuted } from '../domain/speech.ts';
import type { EntriesAnswer } from '../protocol/answers.ts';
import type { RequestOf } from '../protocol/client-frames.ts';
import { Code } from '../protocol/codes.ts';
import { splitEntries } from '../protocol/frame-size.ts';
import type { RoomId } from '../protocol/ids.ts';
import { ENTRIES_BYTES_MAX } from '../protocol/limits.ts';
import type { Caller, Deps } from './deps.ts';
import type { EntriesDone, Permit } from './steps/change-entries.ts';
import { admitMember, type InRoom, memberInTurn } from './steps/check-member.ts';
import { removeEntriesIn, setEntriesIn } from './steps/edit-entries.ts';
import { readEntries } from './steps/read-entries.ts';
import { removeEntriesOf } from './steps/remove-entries-of.ts';

export type SetEntriesRequest = RequestOf<'setEntries'>;

export type RemoveEntriesRequest = RequestOf<'removeEntries'>;

type Done = { readonly code: 0 };

/** A member sets entries of the room. It sets as many of them as it can, and the refusal names the others. */
export async function setOwnEntries(deps: Deps, caller: Caller, request: SetEntriesRequest): Promise<Outcome<Done>> {
  const { entries, autoDelete, overwrite } = request;
  const toSet = { userId: caller.userId, entries: new Map(Object.entries(entries)), autoDelete, overwrite };
  return changeInTurn(deps, caller, request.room, toSet.entries.size, async ({ room, member }, permit) => {
    const outcome = await setEntriesIn(deps, room, toSet, permit);
    if (outcome === 'again' || isRefused(outcome)) return outcome;
    // If the membership has ended in between, its entries were removed before these were set.
    const isSet = outcome.done.length > 0;
    if (autoDelete && isSet && (await hasEnded(deps, member))) await removeEntriesOf(deps, room, caller.userId);
    return outcome;
  });
}

/** Entries are a way to talk, so a muted user may not change them. */
const changeInTurn = (
  deps: Deps,
  caller: Caller,
  roomId: RoomId,
  cost: number,
  change: (found: InRoom, permit: Permit<Outcome<'again'>>) => Promise<Outcome<EntriesDone | 'again'>>,
): Promise<Outcome<Done>> =>
  memberInTurn(deps, caller, roomId, { action: 'entries', cost }, async (found, turn) => {
    if (isMuted(found.member, found.room, turn.access, deps.now())) return refused('muted');
    const outcome = await change(found, () => turn.take());
    return outcome === 'again' || isRefused(outcome) ? outcome : answerTo(outcome);
  });

async function hasEnded(deps: Deps, member: Member): Promise<boolean> {
  const row = await deps.store.getMember(member.roomId, member.userId);
  return row?.roomEpoch !== member.roomEpoch || row.membershipId !== member.membershipId;
}

/** A member removes entries of the room. It removes as many of them as it can, and the refusal names the others. */
export async function removeOwnEntries(
  deps: Deps,
  caller: Caller,
  request: RemoveEntriesRequest,
): Promise<Outcome<Done>> {
  const { keys, force } = request;
  const { userId } = caller;
  return changeInTurn(deps, caller, request.room, keys.length, ({ room }, permit) =>
    removeEntriesIn(deps, room, { userId, keys, force }, permit),
  );
}

function answerTo({ done, faults }: EntriesDone): Outcome<Done> {
  const [first, ...others] = Object.values(faults);
  if (first === undefined) return { code: Code.OK };
  return others.length + done.length === 0 ? refused(first) : refused('entries-done-in-part', { faults });
}

/** A page of the room's entries, by key, for a member. */
export async function getEntries(
  deps: Deps,
  caller: Caller,
  roomId: RoomId,
  afterKey: string,
): Promise<Outcome<Omit<EntriesAnswer, 'event' | 'id'>>> {
  const checked = await admitMember(deps, caller, roomId, { action: 'history' });
  if (isRefused(checked)) return checked;
  const { roomId: room, epoch } = checked.room;
  const { index, keys, values } = await readEntries(deps, checked.room, (key) => key > afterKey, ENTRIES_BYTES_MAX);
  const [page = values] = splitEntries(values, ENTRIES_BYTES_MAX);
  const next = keys.length > page.size ? [...page.keys()].at(-1) : undefined;
  return {
    code: Code.OK,
    room,
    roomEpoch: epoch,
    revision: index.revision,
    entries: Object.fromEntries(page),
    ...(next === undefined ? {} : { nextAfterKey: next }),
  };
}
