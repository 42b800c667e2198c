import { nameOf, one, type StepOf } from './act.ts';
import type { Fact } from './process.ts';
import { newRoom, type Position, type Room, replaced, type World } from './world.ts';

export const readRoom = (text = 'reads the room'): StepOf<Room> => ({ text, run: (world) => one(world, world.room) });

/** May miss the last write. */
export const readRoomEventually = (): StepOf<Room> => ({
  text: 'reads the room, eventually consistent',
  run: (world) => [world.room, world.staleRoom ?? world.room].map((room) => ({ world, result: room })),
});

export const withRoom = (world: World, room: Room): World => ({
  ...world,
  room,
  staleRoom: world.staleRoom === null ? null : world.room.epoch === room.epoch ? world.room : room,
});

export const createRoom = (guarded: boolean): StepOf<Room | null> => ({
  text: 'creates the room',
  run: (world) => {
    if (guarded && world.room.life === 'live') return one(world, null);
    const room = newRoom(world.epochs + 1, world.now, world.room.limit);
    const why = 'a live room was replaced by a new one';
    const facts: Fact[] = world.room.life === 'live' ? [{ kind: 'broken', rule: 'I-R1', why }] : [];
    return one({ ...withRoom(world, room), epochs: room.epoch }, room, facts);
  },
});

const otherEpoch = (now: Room, epoch: number): readonly Fact[] =>
  now.epoch === epoch ? [] : [{ kind: 'broken', rule: 'I-R1', why: 'a write decided on one room changed a later one' }];

/** A change of a live room of the epoch that was read; null = refused. */
export function changeRoom(
  text: string,
  epoch: number,
  guard: { readonly epoch: boolean; readonly live: boolean },
  change: (room: Room, world: World) => Room | null,
): StepOf<Room | null> {
  return {
    text,
    run: (world) => {
      const { room } = world;
      const isThere = room.life !== 'none' && (!guard.epoch || room.epoch === epoch);
      const next = isThere && (!guard.live || room.life === 'live') ? change(room, world) : null;
      return next === null ? one(world, null) : one(withRoom(world, next), next, otherEpoch(room, epoch));
    },
  };
}

/** The position is copied by the write itself, unless `position` was read before. */
export const allowlist = (
  user: number,
  epoch: number,
  guard: { readonly epoch: boolean; readonly live: boolean },
  position: Position | undefined,
): StepOf<Room | null> =>
  changeRoom(`puts ${nameOf(user)} on the allowlist`, epoch, guard, (room) =>
    room.allowlisted[user] === null
      ? { ...room, allowlisted: replaced(room.allowlisted, user, position ?? { seq: room.seq, at: room.at }) }
      : room,
  );

export const delist = (user: number, epoch: number, notesSeq: boolean, guarded: boolean): StepOf<Room | null> =>
  changeRoom(`takes ${nameOf(user)} off the allowlist`, epoch, { epoch: guarded, live: true }, (room) =>
    room.allowlisted[user] === null
      ? room
      : {
          ...room,
          allowlisted: replaced(room.allowlisted, user, null),
          delistedSeq: notesSeq ? replaced(room.delistedSeq, user, room.seq) : room.delistedSeq,
        },
  );

/** Removes the row of a destroyed room. */
export const removeRoom = (epoch: number, guarded: boolean): StepOf<null> => ({
  text: 'removes the row of the room',
  run: (world) => {
    const { room } = world;
    const isSame = room.epoch === epoch && room.life === 'destroyed';
    if (room.life === 'none' || (guarded && !isSame)) return one(world, null);
    const none: Room = { ...newRoom(0, 0, room.limit), life: 'none' };
    return one(withRoom(world, none), null, otherEpoch(room, epoch));
  },
});
