/*
 * Models nothing: it says whether each message that arrives has the name of its sender, and no other. Clock and chance:
 * none.
 */

import type { HistoryEvent, HistoryMessage } from '../../support/checker/history.ts';
import type { Violation } from '../../support/checker/violation.ts';

/** The name that the app has given for the user. */
export const nameOf = (userId: string): string => `the user ${userId}`;

/** I-D1: what a client is shown of the sender is what the token of the sender says. */
export function wrongSenders(events: readonly HistoryEvent[], users: ReadonlySet<string>): readonly Violation[] {
  return events.flatMap((event, index) =>
    messagesIn(event)
      .filter((message) => message.sender?.name !== expected(message, users))
      .map(({ seq, sender }) => {
        const sentence = `the message ${seq} arrives as of ${JSON.stringify(sender)}`;
        return { invariant: 'I-D1', sentence, events: [index] };
      }),
  );
}

/** The server API knows no names, and a recall leaves none. */
const expected = ({ senderUserId, recalled }: HistoryMessage, users: ReadonlySet<string>): string | undefined =>
  users.has(senderUserId) && recalled !== true ? nameOf(senderUserId) : undefined;

function messagesIn(event: HistoryEvent): readonly HistoryMessage[] {
  if (event.kind === 'pushed' && event.frame.event === 'messages') return event.frame.messages;
  return event.kind === 'answer' ? (event.result.messages ?? []) : [];
}
