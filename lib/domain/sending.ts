import type { Member, RecentSend } from './member.ts';

/** How many client message ids a member row remembers: enough for a client that keeps some sends in flight. */
const REMEMBERED_SENDS = 8;

export type SendDecision =
  | { readonly kind: 'go' }
  | { readonly kind: 'repeated'; readonly firstAtMs: number }
  | { readonly kind: 'too-fast'; readonly retryAfterMs: number };

/** May this member's message go to the room? A repeat and a refusal change nothing and count for nothing. */
export function decideSend(
  member: Member,
  clientMessageId: string,
  nowMs: number,
  sendsPerSecond: number,
): SendDecision {
  const before = member.recentSends.find((send) => send.clientMessageId === clientMessageId);
  if (before !== undefined) return { kind: 'repeated', firstAtMs: before.atMs };
  const lately = member.recentSends.filter((send) => nowMs - send.atMs < 1000);
  const oldest = lately[0];
  if (oldest !== undefined && lately.length >= sendsPerSecond) {
    return { kind: 'too-fast', retryAfterMs: Math.max(1, oldest.atMs + 1000 - nowMs) };
  }
  return { kind: 'go' };
}

/** Also takes over a send whose first attempt died before the room accepted it. */
export const withSend = (member: Member, send: RecentSend, sendsPerSecond: number): Member => ({
  ...member,
  recentSends: [...member.recentSends.filter((other) => other.clientMessageId !== send.clientMessageId), send].slice(
    -Math.max(REMEMBERED_SENDS, sendsPerSecond),
  ),
});

export const withoutSend = (member: Member, clientMessageId: string): Member => ({
  ...member,
  recentSends: member.recentSends.filter((send) => send.clientMessageId !== clientMessageId),
});

/** The tail goes to the log when it holds this much text: the room row then stays about 1 KB, one write unit. */
export const TAIL_BYTES = 512;

export const isTailFull = (tail: readonly { readonly content: string }[]): boolean =>
  tail.reduce((sum, message) => sum + message.content.length + 100, 0) >= TAIL_BYTES;
