import { randomBytes } from 'node:crypto';

/** Rooms and users of one run, under names that no other has. */
export interface Names {
  readonly prefix: string;
  readonly rooms: readonly string[];
  readonly users: readonly string[];
  /** The name of a room or a user in the deployment; it is noted before it is used, so that it can be cleaned up. */
  room(name: string): string;
  user(name: string): string;
}

export function randomNames(): Names {
  const prefix = `smoke-${randomBytes(6).toString('hex')}`;
  const [rooms, users] = [new Set<string>(), new Set<string>()];
  const noted = (set: Set<string>) => (name: string) => {
    set.add(`${prefix}-${name}`);
    return `${prefix}-${name}`;
  };
  return {
    prefix,
    get rooms() {
      return [...rooms];
    },
    get users() {
      return [...users];
    },
    room: noted(rooms),
    user: noted(users),
  };
}
