import { expect, test } from 'vitest';
import { fullAccess } from '../../lib/domain/access.ts';
import { emptyMember } from '../../lib/domain/member.ts';
import { newRoom } from '../../lib/domain/room.ts';
import { isMuted } from '../../lib/domain/speech.ts';
import type { RoomId, UserId } from '../../lib/protocol/ids.ts';

const room = newRoom('room' as RoomId, 'a room', 'e1', 1, { destroyType: 'idle', destroyAfterMin: 60 });
const member = emptyMember('room' as RoomId, 'bob' as UserId, 'e1');
const nowMs = 1000;

test.each([
  ['no mute', {}, {}, {}, false],
  ['a member who is muted', { mutedUntilMs: 1001 }, {}, {}, true],
  ['a member whose mute is over', { mutedUntilMs: 1000 }, {}, {}, false],
  ['a muted room', {}, { muted: true }, {}, true],
  ['an exempt member of a muted room', { muteExempt: true }, { muted: true }, {}, false],
  ['an exempt member who is muted', { muteExempt: true, mutedUntilMs: 1001 }, {}, {}, false],
  ['a user who is muted in all rooms', {}, {}, { mutedUntilMs: 1001 }, true],
  ['a user whose mute in all rooms is over', {}, {}, { mutedUntilMs: 1000 }, false],
  ['an exempt user who is muted in all rooms', { muteExempt: true }, {}, { mutedUntilMs: 1001 }, true],
])('%s: is the user muted?', (_what, ofMember, ofRoom, ofAccess, muted) => {
  expect(isMuted({ ...member, ...ofMember }, { ...room, ...ofRoom }, { ...fullAccess, ...ofAccess }, nowMs)).toBe(
    muted,
  );
});
