import { SHORT_LEASE_MS } from '../../domain/delivery.ts';
import { messageIdAt, type NewMessage, type Room, type StoredMessage } from '../../domain/room.ts';
import { fitsTail } from '../../domain/sending.ts';
import { historyMs } from '../../domain/time.ts';
import { type Acceptance, StoreFault } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { lifeOf } from './life-of.ts';

/** The message as the room's row stored it, and the room after that write. */
export interface Accepted {
  readonly room: Room;
  readonly message: StoredMessage;
  /** If the room's lease to deliver has this id, the Lambda that accepted the message delivers it. */
  readonly leaseId: string;
}

type NewAcceptance = Pick<Acceptance, 'message' | 'sendPermissionVersion' | 'quotaSlot'>;

/**
 * The time of a message that is accepted now: times never decrease in a room, whatever the clocks of two Lambdas say.
 */
export const sendTime = (deps: Deps, room: Room): number => Math.max(deps.now(), room.lastMessageAtMs);

/**
 * One write gives the message its seq and stores it. Where it would make the room's row large, it is stored before that in
 * a row of its own, and the write only names it: so accepting costs the same however many others send.
 */
export async function acceptMessage(deps: Deps, room: Room, acceptance: NewAcceptance): Promise<Accepted | 'conflict'> {
  if (!fitsTail(room, acceptance.message)) return acceptBeside(deps, room, acceptance);
  const accepted = await accept(deps, room, acceptance, true);
  // Others have filled it since it was read.
  return accepted === 'tail-full' ? acceptBeside(deps, room, acceptance) : accepted;
}

/** A row of its own has the message. */
async function acceptBeside(deps: Deps, room: Room, acceptance: NewAcceptance): Promise<Accepted | 'conflict'> {
  await deps.store.putContent(lifeOf(room), acceptance.message, deps.now() + historyMs(deps.settings));
  const accepted = await accept(deps, room, acceptance, false);
  return accepted === 'tail-full' ? 'conflict' : accepted;
}

async function accept(
  deps: Deps,
  room: Room,
  acceptance: NewAcceptance,
  isInTail: boolean,
): Promise<Accepted | 'conflict' | 'tail-full'> {
  const lease = { id: deps.randomId(), untilMs: deps.now() + SHORT_LEASE_MS };
  const after = await deps.store.acceptMessage({ ...acceptance, ...lifeOf(room), isInTail, lease });
  if (typeof after === 'string') return after;
  return { room: after, message: messageIn(after, acceptance.message), leaseId: lease.id };
}

function messageIn(room: Room, { id, ...content }: NewMessage): StoredMessage {
  const entry = room.tail.find((one) => one.id === id);
  if (entry === undefined) throw new StoreFault('unable to accept the message; the room does not hold it');
  const { seq, sentAtMs, message } = entry;
  return message ?? { ...content, seq, sentAtMs, messageId: messageIdAt(seq, id) };
}
