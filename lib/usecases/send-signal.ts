import { isCrowded, signalPosts } from '../domain/delivery.ts';
import { isRefused, notIn, type Outcome, refused } from '../domain/outcome.ts';
import type { Room } from '../domain/room.ts';
import { isMuted } from '../domain/speech.ts';
import { SECOND_MS } from '../domain/time.ts';
import type { RequestOf } from '../protocol/client-frames.ts';
import { Code } from '../protocol/codes.ts';
import type { ListedConnection } from '../store/room-store.ts';
import type { Caller, Deps } from './deps.ts';
import { type InRoom, memberInTurn } from './steps/check-member.ts';
import { connectionsOf, postFrames } from './steps/post-frames.ts';
import { smallRoomMembers } from './steps/small-room-members.ts';
import type { Turn } from './steps/take-turn.ts';

type Signal = RequestOf<'signal'>;

/**
 * Posts something fleeting to the others who are connected now. It takes no seq and writes no row of the room, so it
 * evicts nobody, keeps nobody in and resumes no membership. One whose post fails is lost.
 */
export const sendSignal = (deps: Deps, caller: Caller, signal: Signal): Promise<Outcome<{ readonly code: 0 }>> =>
  memberInTurn(deps, caller, signal.room, { action: 'signal' }, async (found, turn) => {
    const others = await listenersOf(deps, caller, found, turn);
    if (isRefused(others)) return others;
    const taken = await turn.take();
    if (taken !== 'taken') return taken;
    await post(deps, caller, found.room, signal, others);
    return { code: Code.OK };
  });

/** The connections of the others, with their posts taken; all that can refuse the signal comes first. */
async function listenersOf(
  deps: Deps,
  { userId, connectionId }: Caller,
  { room, member }: InRoom,
  turn: Turn,
): Promise<Outcome<readonly ListedConnection[]>> {
  if (isMuted(member, room, turn.access, deps.now())) return refused('muted');
  if (!member.connections.includes(connectionId)) return notIn();
  const members = isCrowded(room, deps.now()) ? undefined : await smallRoomMembers(deps, room);
  if (members === undefined) return refused('room-too-large');
  const others = connectionsOf(members).filter((one) => one.userId !== userId);
  if (others.length === 0 || (await takePosts(deps, others.length))) return others;
  return refused('room-flooded', { why: 'too much at once', retryAfterMs: SECOND_MS - (deps.now() % SECOND_MS) });
}

/** Of the budget of large rooms, but less of it: signals end before messages have to wait. */
const takePosts = (deps: Deps, posts: number): Promise<boolean> =>
  deps.store.takePosts(deps.now(), posts, signalPosts(deps.settings.postsPerSecond));

async function post(
  deps: Deps,
  { userId }: Caller,
  { roomId, epoch }: Room,
  { type, data }: Signal,
  others: readonly ListedConnection[],
): Promise<void> {
  const frame = { event: 'signal', room: roomId, roomEpoch: epoch, userId, type, data, atMs: deps.now() } as const;
  await postFrames(deps, roomId, others, () => [frame]);
}
