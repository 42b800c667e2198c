import { Code } from '../protocol/codes.ts';
import type { Caller, Deps, Refusal } from './deps.ts';
import { inTurn } from './steps/take-turn.ts';

/** The server is there, and knows this connection. */
export const ping = (deps: Deps, caller: Caller): Promise<{ readonly code: 0 } | Refusal> =>
  inTurn(deps, caller, { action: 'ping' }, async (turn) => {
    const taken = await turn.take();
    return taken === 'taken' ? { code: Code.OK } : taken;
  });
