import type { EntryFault } from '../domain/entries.ts';
import type { Member } from '../domain/member.ts';
import { isMuted } from '../domain/speech.ts';
import type { EntriesAnswer } from '../protocol/answers.ts';
import type { RequestOf } from '../protocol/client-frames.ts';
import { Code } from '../protocol/codes.ts';
import type { RoomId } from '../protocol/ids.ts';
import { ENTRIES_BYTES_MAX } from '../protocol/limits.ts';
import { type Caller, type Deps, type Refusal, refuse } from './deps.ts';
import type { EntriesOutcome, Permit } from './steps/change-entries.ts';
import { admitMember, type InRoom, memberInTurn } from './steps/check-member.ts';
import { removeEntriesIn, setEntriesIn } from './steps/edit-entries.ts';
import { partsThatFit } from './steps/entry-frames.ts';
import { readEntries } from './steps/read-entries.ts';
import { removeEntriesOf } from './steps/remove-entries-of.ts';

export type SetEntriesRequest = RequestOf<'setEntries'>;

export type RemoveEntriesRequest = RequestOf<'removeEntries'>;

type Done = { readonly code: 0 };

/** A member sets attributes of the room. Of several, those that can be are set, and the refusal names the others. */
export async function setOwnEntries(deps: Deps, caller: Caller, request: SetEntriesRequest): Promise<Done | Refusal> {
  const { entries, autoDelete, overwrite } = request;
  const news = { userId: caller.userId, entries: new Map(Object.entries(entries)), autoDelete, overwrite };
  return changeInTurn(deps, caller, request.room, 'set', news.entries.size, async ({ room, member }, permit) => {
    const outcome = await setEntriesIn(deps, room, news, permit);
    // If the membership ended in between, what goes with it was looked for before this was there.
    const isSet = isDone(outcome) && outcome.done.length > 0;
    if (autoDelete && isSet && (await hasEnded(deps, member))) await removeEntriesOf(deps, room, caller.userId);
    return outcome;
  });
}

type Outcome = EntriesOutcome | 'again' | Refusal;

const isDone = (outcome: Outcome): outcome is Exclude<EntriesOutcome, 'no-room'> =>
  typeof outcome === 'object' && 'done' in outcome;

/** Attributes are a way to talk: who is muted does not change them. */
function changeInTurn(
  deps: Deps,
  caller: Caller,
  roomId: RoomId,
  deed: 'set' | 'remove',
  cost: number,
  change: (found: InRoom, permit: Permit<'again' | Refusal>) => Promise<Outcome>,
): Promise<Done | Refusal> {
  const request = { action: 'attributes', deed: `${deed} the attributes`, cost } as const;
  return memberInTurn(deps, caller, roomId, request, async (found, turn): Promise<Done | 'again' | Refusal> => {
    if (isMuted(found.member, found.room, turn.access, deps.now()))
      return refuse(Code.MUTED, `unable to ${deed} the attributes; muted for now`);
    const outcome = await change(found, () => turn.take());
    return outcome === 'no-room' || isDone(outcome) ? answerTo(outcome, deed) : outcome;
  });
}

async function hasEnded(deps: Deps, member: Member): Promise<boolean> {
  const row = await deps.store.getMember(member.roomId, member.userId);
  return row?.roomEpoch !== member.roomEpoch || row.membershipId !== member.membershipId;
}

/** A member removes attributes of the room. Of several, those that can be are removed, and the refusal names the others. */
export async function removeOwnEntries(
  deps: Deps,
  caller: Caller,
  request: RemoveEntriesRequest,
): Promise<Done | Refusal> {
  const { keys, force } = request;
  const { userId } = caller;
  return changeInTurn(deps, caller, request.room, 'remove', keys.length, ({ room }, permit) =>
    removeEntriesIn(deps, room, { userId, keys, force }, permit),
  );
}

const FAULTS: Readonly<Record<EntryFault, { readonly code: number; readonly why: string }>> = {
  'too-many': { code: Code.TOO_MANY_ENTRIES, why: 'the room has as many as it may have' },
  'of-another': { code: Code.ENTRY_OF_ANOTHER_USER, why: 'another user has set it' },
  'no-such-key': { code: Code.NO_SUCH_ENTRY, why: 'the room has none of this key' },
};

function answerTo(outcome: EntriesOutcome, deed: 'set' | 'remove'): Done | Refusal {
  if (outcome === 'no-room') return refuse(Code.NO_SUCH_ROOM, `unable to ${deed} the attributes; the room is gone`);
  const faults = Object.entries(outcome.faults);
  const [first] = faults;
  if (first === undefined) return { code: Code.OK };
  if (faults.length + outcome.done.length === 1) {
    const { code, why } = FAULTS[first[1]];
    return refuse(code, `unable to ${deed} the attribute; ${why}`);
  }
  const errors = Object.fromEntries(faults.map(([key, fault]) => [key, FAULTS[fault].code]));
  return refuse(Code.ENTRIES_DONE_IN_PART, `unable to ${deed} all of the attributes; see the errors`, { errors });
}

/** A page of the room's attributes, by key, for a member. */
export async function getEntries(
  deps: Deps,
  caller: Caller,
  roomId: RoomId,
  afterKey: string,
): Promise<Omit<EntriesAnswer, 'event' | 'id'> | Refusal> {
  const checked = await admitMember(deps, caller, roomId, { action: 'history', operation: 'read the attributes' });
  if (!('member' in checked)) return checked;
  const { roomId: room, epoch } = checked.room;
  const { index, keys, values } = await readEntries(deps, checked.room, (key) => key > afterKey, ENTRIES_BYTES_MAX);
  const page = partsThatFit(values)[0] ?? new Map<string, string>();
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
