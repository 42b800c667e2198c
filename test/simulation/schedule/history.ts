/*
 * Models nothing: it writes down what happens in one run, for the checker. Clock: the `now` that it gets. Chance: none.
 */

import { unmarshall } from '@aws-sdk/util-dynamodb';
import { messageIdAt } from '../../../lib/domain/room.ts';
import { PRESENCE_STATUS, WEBHOOK_STATUS, WEBHOOK_TYPE, type WebhookEvent } from '../../../lib/protocol/webhook.ts';
import { toConnection } from '../../../lib/store/dynamodb/connection-row.ts';
import { toMember } from '../../../lib/store/dynamodb/member-row.ts';
import { toPresence } from '../../../lib/store/dynamodb/presences.ts';
import { toRoom } from '../../../lib/store/dynamodb/room-row.ts';
import type { MessageContent } from '../../../lib/store/room-store.ts';
import type { AnswerResult, Call, Frame, HistoryEvent, OfConnection } from '../../support/checker/history.ts';
import type { TableRecord } from '../../support/stream.ts';
import { type RuleLimits, Truth } from './truth.ts';

type Unstamped<E> = E extends unknown ? Omit<E, 'atMs'> : never;
type Text = { readonly S: string };
type Image = TableRecord['dynamodb']['NewImage'];

export class History {
  readonly events: HistoryEvent[] = [];
  readonly truth: Truth;
  readonly #now: () => number;
  readonly #isPresenceSeen: boolean;
  readonly #contents = new Map<string, MessageContent>();

  constructor(now: () => number, limits: RuleLimits & { readonly presenceDelayMs?: number }) {
    this.#now = now;
    this.#isPresenceSeen = (limits.presenceDelayMs ?? 0) > 0;
    this.truth = new Truth(limits);
  }

  note(event: Unstamped<HistoryEvent>): void {
    this.events.push({ atMs: this.#now(), ...event } as HistoryEvent);
  }

  opened(user: string, device: string, connection: string): void {
    this.note({ kind: 'opened', user, device, connection });
  }

  ofConnection(kind: OfConnection['kind'], connection: string): void {
    this.note({ kind, connection });
  }

  call(call: Omit<Call, 'kind' | 'atMs'>): void {
    this.note({ kind: 'call', ...call });
  }

  answer(id: string, code: number, result: AnswerResult): void {
    this.note({ kind: 'answer', id, code, result });
  }

  /** `lost`: the gateway took it, and the client never gets it. */
  pushed(connection: string, frame: Frame, lost: boolean): void {
    this.note({ kind: 'pushed', connection, frame, ...(lost ? { lost } : {}) });
  }

  webhook(events: readonly WebhookEvent[]): void {
    for (const { eventId, chatRoomId: room, userIds, type, status } of events) {
      const [user] = userIds;
      if (type === WEBHOOK_TYPE.presence) {
        const what = status === PRESENCE_STATUS.online ? 'online' : 'offline';
        this.note({ kind: 'webhook', eventId, what, room, ...(user === undefined ? {} : { user }) });
        continue;
      }
      const what = WEBHOOK_WHAT[type];
      // The id of a membership's event begins with it.
      const ofMember = user === undefined ? {} : { user, membership: eventId.slice(0, eventId.lastIndexOf('-')) };
      const reason = what === 'left' ? WEBHOOK_REASON[status] : undefined;
      this.note({ kind: 'webhook', eventId, what, room, ...ofMember, ...(reason === undefined ? {} : { reason }) });
    }
  }

  /** A write that changed a row, as it was applied. */
  wrote({ dynamodb }: TableRecord): void {
    const { NewImage, OldImage } = dynamodb;
    const { pk, sk } = (NewImage ?? OldImage) as { readonly pk?: Text; readonly sk?: Text };
    if (sk?.S === 'SENT' && NewImage !== undefined) this.#wroteSent(pk?.S ?? '', rowOf(NewImage));
    if (this.#isPresenceSeen && pk?.S.startsWith('USER#') === true) this.#wroteOfUser(sk?.S ?? '', OldImage, NewImage);
    if (pk?.S.startsWith('ROOM#') !== true || pk.S.split('#').length !== 2) return;
    if (sk?.S === 'ROOM') this.#wroteRoom(OldImage, NewImage);
    else if (sk?.S.startsWith('MEMBER#') === true) this.#wroteMember(OldImage, NewImage);
  }

  #wroteOfUser(sk: string, oldImage: Image, newImage: Image): void {
    if (newImage === undefined) return;
    if (sk === 'PRESENCE') {
      const { userId: user, ...presence } = toPresence(rowOf(newImage));
      this.note({ kind: 'presenceWritten', user, ...presence });
      return;
    }
    if (!sk.startsWith('CONNECTION#')) return;
    const { userId: user, connectionId: connection, ...row } = toConnection(rowOf(newImage));
    const { openedAtMs, leaseUntilMs, closedAtMs } = row;
    const isChanged = oldImage === undefined || toConnection(rowOf(oldImage)).closedAtMs !== closedAtMs;
    if (openedAtMs > 0 && isChanged)
      this.note({ kind: 'connectionRow', user, connection, openedAtMs, leaseUntilMs, closedAtMs });
  }

  /** A message on its way into a room whose tail only names it. */
  #wroteSent(pk: string, row: Record<string, unknown>): void {
    const [, room, , epoch, id] = pk.split('#');
    if (row.content !== undefined) this.#contents.set(`${room}#${epoch}#${id}`, row.content as MessageContent);
  }

  #wroteRoom(oldImage: Image, newImage: Image): void {
    const before = oldImage === undefined ? undefined : toRoom(rowOf(oldImage));
    if (newImage === undefined) return;
    const after = toRoom(rowOf(newImage));
    this.truth.wroteRoom(this.events.length, after);
    const { roomId: room, epoch } = after;
    if (before?.epoch !== epoch) this.note({ kind: 'roomCreated', room, epoch });
    const isSame = before?.epoch === epoch;
    if (after.destroyedAtMs !== undefined && !(isSame && before.destroyedAtMs !== undefined)) {
      this.note({ kind: 'roomDestroyed', room, epoch, automatically: after.destroyedAutomatically === true });
    }
    const seqBefore = isSame ? before.seq : 0;
    for (const { seq, sentAtMs, id, message } of after.tail.filter((entry) => entry.seq > seqBefore)) {
      const content = message ?? this.#contents.get(`${room}#${epoch}#${id}`);
      if (content === undefined) throw new Error(`unable to note an acceptance; the message ${id} is nowhere`);
      const { clientMessageId, senderUserId: sender } = content;
      const messageId = messageIdAt(seq, id);
      this.note({ kind: 'accepted', room, epoch, seq, sentAtMs, messageId, clientMessageId, sender });
    }
  }

  #wroteMember(oldImage: Image, newImage: Image): void {
    const image = newImage ?? oldImage;
    if (image === undefined) return;
    const read = toMember(rowOf(image));
    const { roomId: room, roomEpoch: epoch, userId: user, offline, ended, ...member } = read;
    if (newImage === undefined) this.truth.deletedMember(this.events.length, room, user);
    else this.truth.wroteMember(this.events.length, read);
    const { membershipId, connections, blockedUntilMs } = member;
    if (newImage === undefined) {
      // A row that is deleted with its membership says how that ended.
      const reason = offline === undefined ? 'left' : 'offline';
      const end = membershipId === undefined ? undefined : ({ membershipId, reason, atMs: this.#now() } as const);
      this.note({ kind: 'memberDeleted', room, epoch, user, ...(end === undefined ? {} : { ended: end }) });
      return;
    }
    const mark = offline === undefined ? undefined : { seq: offline.seq, atMs: offline.atMs };
    const end = ended && { membershipId: ended.membershipId, reason: ended.reason, atMs: ended.atMs };
    const row = { room, epoch, user, membershipId, connections, offline: mark, blockedUntilMs, ended: end };
    this.note({ kind: 'memberWritten', ...row });
  }
}

const WEBHOOK_WHAT = {
  [WEBHOOK_TYPE.roomCreated]: 'created',
  [WEBHOOK_TYPE.joined]: 'joined',
  [WEBHOOK_TYPE.left]: 'left',
  [WEBHOOK_TYPE.roomDestroyed]: 'destroyed',
} as const;

const WEBHOOK_REASON: Readonly<Record<number, 'left' | 'offline' | 'blocked'>> = {
  [WEBHOOK_STATUS.byCall]: 'left',
  [WEBHOOK_STATUS.evictedAsOffline]: 'offline',
  [WEBHOOK_STATUS.blocked]: 'blocked',
};

const rowOf = (image: NonNullable<Image>) => unmarshall(image as unknown as Parameters<typeof unmarshall>[0]);
