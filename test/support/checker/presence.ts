import { firstNotBelow, type Moment } from './calls.ts';
import type { Facts } from './facts.ts';
import type { Socket } from './sockets.ts';
import { LAMBDA_MS, type Membership } from './timeline.ts';

/** A lease of 170 s is renewed once in 20 s: so long a sign of life counts at least. */
export const SURE_LEASE_MS = 150_000 - LAMBDA_MS;

/** What the server did with this frame is not known: something failed at the time. */
export function isFaulty({ timeline }: Facts, { atMs }: Moment): boolean {
  const fault = timeline.faultsMs[firstNotBelow(timeline.faultsMs, atMs, (faultMs) => faultMs)];
  return fault !== undefined && fault <= atMs + LAMBDA_MS;
}

/** No lease of this socket may have ended before this sign: the server closes a connection that comes later. */
export function isSurelyLeased(facts: Facts, { heard }: Socket, { index }: Moment): boolean {
  const sure = heard.filter((sign) => sign.index <= index && !isFaulty(facts, sign));
  return sure.every(({ atMs }, at) => at === 0 || atMs - (sure[at - 1]?.atMs ?? 0) < SURE_LEASE_MS);
}

/** The device of this socket has the room, and the server had no reason to close the socket. */
export function isSurelyInRoom(facts: Facts, membership: Membership, socket: Socket, end: Moment): boolean {
  const { user, life, start } = membership;
  const { timeline, options } = facts;
  const { device, login } = socket.opened;
  const later = timeline.sockets.of(user).filter(({ index }) => index > socket.index && index < end.index);
  if (later.length >= options.maxConnectionsPerUser) return false;
  if (later.some(({ opened }) => opened.device === device && (login === undefined || opened.login !== login)))
    return false;
  if (facts.blocksEverywhere.get('', user)?.maybeOn(end.index) === true) return false;
  return timeline.recordsOf(user, start, end.index).every(({ call }) => {
    if (call.by === 'server-api') return call.op !== 'expireTokens' && call.op !== 'blockEverywhere';
    if (call.op === 'leave' && call.room === life.room) {
      return !options.leaveEndsAllDevices && timeline.sockets.get(call.by.connection)?.opened.device !== device;
    }
    const joins = call.op === 'join' || call.op === 'resume' || call.op === 'send';
    return options.multipleRooms || !joins || call.room === life.room;
  });
}
