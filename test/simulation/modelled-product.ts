/*
 * Models nothing: it drives the product as the reference model is driven, and reads from it what the two compare.
 * Clock: the world's, which the test moves. Chance: none.
 */

import type { PushFrame } from '../../lib/protocol/push-frames.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import type { World } from '../support/world.ts';
import type { Answer, Connection } from './reference-state.ts';

type Form = Readonly<Record<string, string | number | readonly string[]>>;
export type Call = (path: string, form: Form) => Promise<Readonly<Record<string, unknown>>>;
type Joined = {
  readonly code: number;
  readonly fresh: boolean;
  readonly membership: string;
  readonly roomEpoch: string;
};

type Sent = { readonly code: 0; readonly seq: number; readonly messageId: string };

export type Product = ReturnType<typeof createProduct>;

/** The users and rooms of the model, in a world; names are the world's own, because users reach over worlds. */
export function createProduct(world: World, call: Call) {
  const full = (name: string) => `${world.room}-${name}`;
  const short = (name: string) => name.slice(world.room.length + 1);
  const callers = new Map<number, Caller>();
  const memberships: { readonly membership: string; readonly roomEpoch: string }[] = [];
  const seen = new Map<string, number>();
  /** The messages of each connection. It may be sent its own, which the model leaves out. */
  const sent = new Map<number, Set<string>>();

  const callerOf = ({ id }: Connection): Caller => {
    const caller = callers.get(id);
    if (caller === undefined) throw new Error(`unable to speak; connection ${id} was never opened`);
    return caller;
  };
  /** The memberships are numbered as they begin, as those of the model are. */
  const numberOf = ({ membership, roomEpoch }: Joined): number => {
    const known = memberships.findIndex((each) => each.membership === membership);
    return known >= 0 ? known : memberships.push({ membership, roomEpoch }) - 1;
  };
  const enter = async (connection: Connection, room: string, resumed?: number): Promise<Answer> => {
    const resume = resumed === undefined ? {} : { resume: { ...memberships[resumed], seq: 0 } };
    const frame = { action: 'join', room: full(room), messageCount: -1, autoCreate: resumed === undefined, ...resume };
    const answer = await world.frame<Joined>(callerOf(connection), frame);
    return answer.code === 0 && 'fresh' in answer
      ? { code: 0, membership: numberOf(answer), fresh: answer.fresh }
      : // Why a membership ended is said at its resume; elsewhere a reason is a courtesy.
        { code: answer.code, ...(answer.code === 23406 && 'reason' in answer ? { reason: answer.reason } : {}) };
  };
  const describe = (frame: PushFrame, own: ReadonlySet<string> | undefined): string[] => {
    switch (frame.event) {
      case 'messages':
        return frame.messages
          .filter(({ messageId }) => own?.has(messageId) !== true)
          .map(({ seq }) => `message ${seq} ${short(frame.room)}`);
      case 'members':
        return frame.changes.map(({ userId, change, reason }) =>
          [change, short(userId), ...(change === 'left' ? [reason] : []), short(frame.room)].join(' '),
        );
      case 'removed':
        return [`removed ${frame.reason} ${short(frame.room)}`];
      case 'destroyed':
        return [`destroyed ${short(frame.room)}`];
      case 'closing':
        return [`closing ${frame.code}`];
      default:
        return [frame.event];
    }
  };

  return {
    connect: async (connection: Connection): Promise<void> => {
      const caller = world.device(full(connection.user));
      callers.set(connection.id, caller);
      const platform = connection.device === 'phone' ? 'mobile' : 'web';
      if (!(await world.connect(caller, { platform, instance: `${connection.device}_1` })))
        throw new Error('unable to connect; the product refuses it');
    },
    mayConnect: async (user: string, device: string): Promise<boolean> =>
      world.connect(world.device(full(user)), { platform: 'web', instance: `${device}_1` }),
    join: enter,
    leave: async (connection: Connection, room: string): Promise<Answer> => ({
      code: (await world.frame<{ readonly code: 0 }>(callerOf(connection), { action: 'leave', room: full(room) })).code,
    }),
    send: async (connection: Connection, room: string, clientMessageId: string): Promise<Answer> => {
      const frame = { action: 'send', room: full(room), clientMessageId, type: 'RC:TxtMsg', content: '{}' };
      const answer = await world.frame<Sent>(callerOf(connection), frame);
      if (!('seq' in answer)) return { code: answer.code };
      sent.set(connection.id, (sent.get(connection.id) ?? new Set()).add(answer.messageId));
      return { code: 0, seq: answer.seq };
    },
    beat: (connection: Connection) => world.beat(callerOf(connection)),
    drop: (connection: Connection) => world.drop(callerOf(connection)),
    becomeGone: (connection: Connection) => world.push.gone.add(callerOf(connection).connectionId),
    call: async (path: string, form: Form): Promise<Answer> => ({ code: Number((await call(path, form)).code) }),
    full,
    sweep: () => world.sweep(),
    pass: (durationMs: number) => world.pass(durationMs),
    settle: () => world.settle(),
    /** What all reads of membership say of a room. */
    read: async (room: string, users: readonly string[]) => {
      const of = { chatroomId: full(room) };
      const [exist, list, get] = await Promise.all([
        call('/chatroom/users/exist.json', { ...of, userId: users.map(full) }),
        call('/chatroom/user/query.json', { ...of, count: 500, order: 1 }),
        call('/chatroom/get.json', of),
      ]);
      const result = exist.result as readonly { readonly userId: string; readonly isInChrm: number }[];
      const listed = list.users as readonly { readonly id: string }[];
      return {
        exist: result
          .filter(({ isInChrm }) => isInChrm === 1)
          .map(({ userId }) => short(userId))
          .sort(),
        list: listed.map(({ id }) => short(id)).sort(),
        total: list.total,
        count: get.memberCount,
      };
    },
    framesOf: (connection: Connection) => world.push.framesOf(callerOf(connection).connectionId),
    /** What this connection was sent since the last time. */
    notices: (connection: Connection): string[] => {
      const { connectionId } = callerOf(connection);
      const frames = world.push.framesOf(connectionId);
      const unread = frames.slice(seen.get(connectionId) ?? 0);
      seen.set(connectionId, frames.length);
      return unread.flatMap((frame) => describe(frame, sent.get(connection.id)));
    },
  };
}
