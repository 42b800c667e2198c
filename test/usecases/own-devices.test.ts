import { expect, test } from 'vitest';
import type { RoomId, UserId } from '../../lib/protocol/ids.ts';
import { StoreFault } from '../../lib/store/room-store.ts';
import { useStore } from '../support/emulators.ts';
import { worldWith } from './changed-world.ts';

const store = useStore('dynoxide');

test("a user's other devices cannot be read: joins and leaves are done all the same, and the rules apply", async () => {
  const unreadable = new Set<UserId>();
  const world = worldWith(
    store(),
    (real) => ({
      connectionsOf: async (user) => {
        if (unreadable.has(user)) throw new StoreFault('unable to read');
        return real.connectionsOf(user);
      },
    }),
    { multiLoginSync: true },
  );
  const former = `${world.room}-former` as RoomId;
  const phone = await world.open(`bob-of-${world.room}`, { platform: 'mobile', instance: 'run-1' });
  expect(await world.join(phone, { room: former })).toMatchObject({ code: 0 });
  unreadable.add(phone.userId);
  expect(await world.join(phone)).toMatchObject({ code: 0 });
  const row = await world.deps.store.getMember(former, phone.userId);
  expect(row?.membershipId).toBeUndefined();
  expect(await world.leave(phone)).toMatchObject({ code: 0 });
  expect(world.faults.map(String)).toEqual(Array.from({ length: 2 }, () => 'StoreFault: unable to read'));
});
