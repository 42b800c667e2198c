import type { Message } from '../../lib/protocol/message.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import type { World } from '../support/world.ts';

/** The seqs of a page of the room's history. */
export async function query(world: World, caller: Caller, order: 'ascending' | 'descending') {
  const frame = { action: 'history', room: world.room, timestampMs: 0, count: 50, order };
  const answer = await world.frame<{ readonly messages: readonly Message[] }>(caller, frame);
  if (!('messages' in answer)) throw new Error(`unable to read the history; code ${answer.code}`);
  return answer.messages.map(({ seq }) => seq);
}
