import { answer, one, type StepOf } from '../act.ts';
import type { Step } from '../process.ts';
import { at, deviceOf, replaced, type Session, userOf, type World } from '../world.ts';

const withSession = (world: World, device: number, session: Session): World => ({
  ...world,
  sessions: replaced(world.sessions, device, session),
});

const withMembership = (world: World, connection: number, membership: number): World => ({
  ...world,
  sockets: replaced(world.sockets, connection, { ...at(world.sockets, connection), membership }),
});

/** The client gets the answer, if its socket is up. */
export const answerJoined = (connection: number, session: Session, asked: Session | null): Step =>
  answer('answers: joined', (world) => {
    const isEvicted = at(world.facts, userOf(connection)).late === connection;
    const why = 'a membership that had ended was answered as resumed';
    const isOther = asked !== null && asked.membership !== session.membership;
    const result = null;
    if (isEvicted || isOther) return { world, result, facts: [{ kind: 'broken', rule: 'I-M13', why }] };
    const used = world.lastUse < 0 ? world : { ...world, lastUse: world.now };
    if (at(world.sockets, connection).is !== 'up') return { world: used, result };
    return {
      world: withSession(withMembership(used, connection, session.membership), deviceOf(connection), session),
      result,
    };
  });

/** The membership that the client asked for is over. */
export const answerEnded = (connection: number, session: Session, reason: string): Step =>
  answer(`answers: ended by '${reason}'`, (world) => {
    const end = at(world.facts, userOf(connection)).ended.find((one) => one.membership === session.membership);
    const isGone =
      session.epoch !== world.room.epoch && !at(world.facts, userOf(connection)).evicted.includes(session.membership);
    const isWrong = reason !== 'destroyed' && (end === undefined ? isGone : end.reason !== reason);
    const why = `the end of a membership was '${end?.reason ?? 'destroyed'}', and a resume was refused with '${reason}'`;
    const next = withSession(world, deviceOf(connection), { membership: 0, epoch: 0 });
    return { world: next, result: null, facts: isWrong ? [{ kind: 'broken', rule: 'I-M10', why }] : [] };
  });

export const answerRefused = (text: string): Step => answer(`answers: ${text}`, (world) => ({ world, result: null }));

/** From now on the client does not count as in the room by this connection. */
export const startLeave = (connection: number): Step =>
  answer('asks to leave', (world) => ({
    world: withSession(withMembership(world, connection, 0), deviceOf(connection), { membership: 0, epoch: 0 }),
    result: null,
  }));

export const clock: StepOf<number> = { text: 'reads the clock', instant: true, run: (world) => one(world, world.now) };

/** The caller knows now: the user is blocked in this epoch (0 = may be unblocked), or allowlisted. */
export const acknowledge = (text: string, user: number, known: { blockedIn?: number; allowlisted?: boolean }): Step =>
  answer(text, (world) => ({
    world: { ...world, facts: replaced(world.facts, user, { ...at(world.facts, user), ...known }) },
    result: null,
  }));
