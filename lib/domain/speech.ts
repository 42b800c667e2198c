import type { Access } from './access.ts';
import { isMutedInRoom, type Member } from './member.ts';
import type { Room } from './room.ts';

/**
 * May the member send to this room? An exemption lifts the room's mute and their own in the room, not the one in all rooms.
 * No mute binds the server API.
 */
export function isMuted(member: Member, room: Room, access: Access, nowMs: number): boolean {
  if (nowMs < access.mutedUntilMs) return true;
  return !member.muteExempt && (room.muted || isMutedInRoom(member, nowMs));
}
