import { isRefused, type Outcome } from '../domain/outcome.ts';
import type { BeatFrame, CheckedFrame } from '../protocol/client-frames.ts';
import { Code } from '../protocol/codes.ts';
import { parseFrame } from '../protocol/parse-frame.ts';
import type { Connection } from '../store/room-store.ts';
import type { Caller, Deps } from '../usecases/deps.ts';
import { joinRoom } from '../usecases/join-room.ts';
import { heartbeat, keepAlive } from '../usecases/keep-alive.ts';
import { leaveRoom } from '../usecases/leave-room.ts';
import { getEntries, removeOwnEntries, setOwnEntries } from '../usecases/member-entries.ts';
import { ping } from '../usecases/ping.ts';
import { readHistory, repair } from '../usecases/read-history.ts';
import { recallOwnMessage } from '../usecases/recall-message.ts';
import { roomInfo } from '../usecases/room-info.ts';
import { sendMessage } from '../usecases/send-message.ts';
import { sendSignal } from '../usecases/send-signal.ts';
import type { DepsAt } from './deps.ts';
import { callerOf, refusedWith, tokenOf, type WebSocketEvent, type WebSocketResult } from './events.ts';
import { refusalAnswer } from './refusal-answer.ts';

const NOT_AUTHENTICATED = 'unable to serve the frame; the connection is not authenticated';
const EXPIRED = 'unable to serve the frame; the token has expired';

/** One frame of a client; the result is its answer, sent back as the route response. */
export function messageHandler(depsAt: DepsAt) {
  return async (event: WebSocketEvent): Promise<WebSocketResult> => {
    // Its client has learnt why, and sends nothing: a frame of another one gets no answer, which would be paid for.
    if (refusedWith(event) !== undefined) return { statusCode: 200 };
    const parsed = parseFrame(event.body ?? '');
    if (!parsed.ok) return answer(parsed.id, { code: parsed.code, message: parsed.message });
    const caller = callerOf(event);
    const { frame } = parsed;
    const id = frame.id ?? '';
    if (caller === undefined) return answer(id, { code: Code.TOKEN_INCORRECT, message: NOT_AUTHENTICATED });
    const nowMs = event.requestContext.requestTimeEpoch;
    const deps = depsAt(nowMs);
    if (frame.action === 'beat') {
      // A client that only listens stays until the connection ends, even after its token has expired.
      await signOfLife(deps, heartbeat(deps, caller));
      return { statusCode: 200 };
    }
    const seen = deps.store.getConnectionEventually(caller);
    const noted = signOfLife(deps, noteLife(deps, caller, seen));
    if (nowMs >= tokenOf(event).expiresAtMs) {
      await noted;
      return answer(id, { code: Code.TOKEN_EXPIRED, message: EXPIRED });
    }
    try {
      const [outcome] = await Promise.all([serve(deps, { ...caller, seen }, frame), noted]);
      return answer(id, isRefused(outcome) ? refusalAnswer(frame.action, outcome) : outcome);
    } catch (fault) {
      deps.onFault(`serve ${frame.action}`, fault);
      const message = `unable to serve ${frame.action}; storage is busy or unreachable`;
      return answer(id, { code: Code.UNKNOWN, message, retryAfterMs: 1000 });
    }
  };
}

/** A frame after the token has expired is refused, and one of a client that still listens. */
const noteLife = async (deps: Deps, caller: Caller, seen: Promise<Connection | undefined>): Promise<void> =>
  keepAlive(deps, caller, await seen);

/** A failure does no harm: the next frame is a sign of life too. */
const signOfLife = (deps: Deps, noted: Promise<void>): Promise<void> =>
  noted.catch((fault) => deps.onFault('note a sign of life', fault));

function serve(deps: Deps, caller: Caller, frame: Exclude<CheckedFrame, BeatFrame>): Promise<Outcome<object>> {
  switch (frame.action) {
    case 'join':
      return joinRoom(deps, caller, frame);
    case 'leave':
      return leaveRoom(deps, caller, frame.room);
    case 'send':
      return sendMessage(deps, caller, frame);
    case 'history':
      return readHistory(deps, caller, frame);
    case 'repair':
      return repair(deps, caller, frame.room, frame.afterSeq, frame.beforeSeq);
    case 'recall':
      return recallOwnMessage(deps, caller, frame.room, frame.messageId);
    case 'setEntries':
      return setOwnEntries(deps, caller, frame);
    case 'removeEntries':
      return removeOwnEntries(deps, caller, frame);
    case 'getEntries':
      return getEntries(deps, caller, frame.room, frame.afterKey);
    case 'info':
      return roomInfo(deps, caller, frame);
    case 'signal':
      return sendSignal(deps, caller, frame);
    case 'ping':
      return ping(deps, caller);
  }
}

const answer = (id: string, fields: object): WebSocketResult => ({
  statusCode: 200,
  body: JSON.stringify({ event: 'answer', id, ...fields }),
});
