/*
 * Models nothing: it writes down what happens in one run, for the checker. Clock: the `now` that it gets. Chance: none.
 */

import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { WebhookEvent } from '../../../lib/protocol/webhook.ts';
import { toMember } from '../../../lib/store/dynamodb/member-row.ts';
import { toRoom } from '../../../lib/store/dynamodb/room-row.ts';
import type { TableRecord } from '../../support/stream.ts';

export type HistoryEvent = { readonly kind: string; readonly atMs: number } & Readonly<Record<string, unknown>>;
type Unstamped = { readonly kind: string } & Readonly<Record<string, unknown>>;

export class History {
  readonly events: HistoryEvent[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  note(event: Unstamped): void {
    this.events.push({ atMs: this.#now(), ...event });
  }

  opened(user: string, device: string, connection: string): void {
    this.note({ kind: 'opened', user, device, connection });
  }

  socketLost(connection: string): void {
    this.note({ kind: 'socketLost', connection });
  }

  heard(connection: string): void {
    this.note({ kind: 'heard', connection });
  }

  closedByServer(connection: string): void {
    this.note({ kind: 'closedByServer', connection });
  }

  call(id: string, by: unknown, op: string, room: string, args: unknown): void {
    this.note({ kind: 'call', id, by, op, room, args });
  }

  answer(id: string, code: number, result: unknown): void {
    this.note({ kind: 'answer', id, code, result });
  }

  pushed(connection: string, frame: unknown): void {
    this.note({ kind: 'pushed', connection, frame });
  }

  webhook(events: readonly WebhookEvent[]): void {
    for (const event of events) this.note({ kind: 'webhook', event });
  }

  /** A write that changed a row, as it was applied. */
  wrote({ dynamodb }: TableRecord): void {
    const { Keys, NewImage, OldImage } = dynamodb;
    const [pk, sk] = [String(Keys.pk?.S), String(Keys.sk?.S)];
    if (!pk.startsWith('ROOM#') || pk.split('#').length !== 2) return;
    if (sk === 'ROOM') this.#wroteRoom(OldImage, NewImage);
    else if (sk.startsWith('MEMBER#')) this.#wroteMember(OldImage, NewImage);
  }

  #wroteRoom(oldImage: TableRecord['dynamodb']['OldImage'], newImage: TableRecord['dynamodb']['NewImage']): void {
    const before = oldImage === undefined ? undefined : toRoom(rowOf(oldImage));
    if (newImage === undefined) return;
    const after = toRoom(rowOf(newImage));
    const { roomId: room, epoch } = after;
    if (before?.epoch !== epoch) this.note({ kind: 'roomCreated', room, epoch });
    const isSame = before?.epoch === epoch;
    if (after.destroyedAtMs !== undefined && !(isSame && before.destroyedAtMs !== undefined)) {
      this.note({ kind: 'roomDestroyed', room, epoch, automatically: after.destroyedAutomatically === true });
    }
    const seqBefore = isSame ? before.seq : 0;
    for (const message of after.tail.filter(({ seq }) => seq > seqBefore)) {
      const { seq, sentAtMs, messageId, clientMessageId, senderUserId: sender } = message;
      this.note({ kind: 'accepted', room, epoch, seq, sentAtMs, messageId, clientMessageId, sender });
    }
    this.note({
      kind: 'roomWritten',
      ...{ room, epoch, seq: after.seq, lastMessageAtMs: after.lastMessageAtMs, muted: after.muted },
      ...{ allowlist: after.allowlistedSince, delistedSeq: after.delistedSeq, realTime: after.realTimeKickOut },
    });
  }

  #wroteMember(oldImage: TableRecord['dynamodb']['OldImage'], newImage: TableRecord['dynamodb']['NewImage']): void {
    const image = newImage ?? oldImage;
    if (image === undefined) return;
    const { roomId: room, roomEpoch: epoch, userId: user, offline, ended, ...member } = toMember(rowOf(image));
    const { membershipId, connections, blockedUntilMs } = member;
    const kind = newImage === undefined ? 'memberDeleted' : 'memberWritten';
    const mark = offline === undefined ? undefined : { seq: offline.seq, atMs: offline.atMs };
    const end = ended && { membershipId: ended.membershipId, reason: ended.reason, atMs: ended.atMs };
    this.note({ kind, room, epoch, user, membershipId, connections, offline: mark, blockedUntilMs, ended: end });
  }
}

const rowOf = (image: NonNullable<TableRecord['dynamodb']['NewImage']>) =>
  unmarshall(image as unknown as Parameters<typeof unmarshall>[0]);
