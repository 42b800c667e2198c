import type { EndReason, Member } from '../domain/member.ts';
import type { Room } from '../domain/room.ts';
import type { Broadcast } from './broadcasts.ts';

/**
 * What a write says to the table's stream. The next write of the same row says something else or nothing, so each news
 * is in exactly one record of the stream.
 */
export type MemberNews = 'joined' | EndReason;

/** A record of the stream that says something. */
export type Change =
  | { readonly kind: 'joined' | 'ended'; readonly member: Member }
  | { readonly kind: 'room-created' | 'room-destroyed'; readonly room: Room }
  | { readonly kind: 'broadcast'; readonly broadcast: Broadcast };
