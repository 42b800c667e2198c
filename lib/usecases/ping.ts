import type { Outcome } from '../domain/outcome.ts';
import { Code } from '../protocol/codes.ts';
import type { Caller, Deps } from './deps.ts';
import { inTurn } from './steps/take-turn.ts';

/** Answers that the server is there and knows this connection. */
export const ping = (deps: Deps, caller: Caller): Promise<Outcome<{ readonly code: 0 }>> =>
  inTurn(deps, caller, { action: 'ping' }, async (turn) => {
    const taken = await turn.take();
    return taken === 'taken' ? { code: Code.OK } : taken;
  });
