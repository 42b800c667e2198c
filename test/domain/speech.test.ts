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
  ['nobody has muted', {}, {}, {}, false],
  ['a member who is muted', { mutedUntilMs: 1001 }, {}, {}, true],
  ['a member whose mute is over', { mutedUntilMs: 1000 }, {}, {}, false],
  ['a muted room', {}, { muted: true }, {}, true],
  ['one who is exempt, in a muted room', { muteExempt: true }, { muted: true }, {}, false],
  ['one who is exempt, and muted', { muteExempt: true, mutedUntilMs: 1001 }, {}, {}, false],
  ['one who is muted in all rooms', {}, {}, { mutedUntilMs: 1001 }, true],
  ['one whose mute in all rooms is over', {}, {}, { mutedUntilMs: 1000 }, false],
  ['one who is muted in all rooms, and exempt', { muteExempt: true }, {}, { mutedUntilMs: 1001 }, true],
])('%s: may he talk?', (_what, ofMember, ofRoom, ofAccess, muted) => {
  expect(isMuted({ ...member, ...ofMember }, { ...room, ...ofRoom }, { ...fullAccess, ...ofAccess }, nowMs)).toBe(
    muted,
  );
});
