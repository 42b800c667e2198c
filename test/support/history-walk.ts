import { messageIdAt, type StoredMessage } from '../../lib/domain/room.ts';

export type Order = 'ascending' | 'descending';

/** What a page returned, and how to ask for the next one; undefined = the page says that it is the last. */
export interface WalkedPage<At> {
  readonly seqs: readonly number[];
  readonly next: At | undefined;
}

/** This many messages, many of them with the same time: up to 9 in one ms, then up to 2 ms without any. */
export function crowdedMessages(count: number, firstMs: number): readonly StoredMessage[] {
  let sentAtMs = firstMs;
  let atOnce = 0;
  return Array.from({ length: count }, (_, index) => {
    const seq = index + 1;
    if (atOnce === 0) {
      sentAtMs += 1 + (seq % 3);
      atOnce = 1 + ((seq * 7) % 9);
    }
    atOnce -= 1;
    const id = `id-${seq}`;
    const given = { clientMessageId: id, senderUserId: 'bob', type: 'T', content: `message ${seq}` };
    return { seq, messageId: messageIdAt(seq, id), ...given, sentAtMs };
  });
}

/**
 * Walks through a history page by page to its end. Throws unless each message came once and in order, and a page said
 * that it was the last. Returns how many pages it took.
 */
export async function walkHistory<At>(
  count: number,
  order: Order,
  start: At,
  ask: (at: At) => Promise<WalkedPage<At>>,
): Promise<number> {
  let expected = order === 'ascending' ? 1 : count;
  let at: At | undefined = start;
  let pages = 0;
  for (; at !== undefined; pages += 1) {
    if (pages > 2 * count + 2) throw new Error(`unable to reach the end; none came in ${pages} pages`);
    const page: WalkedPage<At> = await ask(at);
    for (const seq of page.seqs) {
      if (seq !== expected) throw new Error(`unable to accept the page; it has ${seq} where ${expected} comes next`);
      expected += order === 'ascending' ? 1 : -1;
    }
    at = page.next;
  }
  const left = order === 'ascending' ? count + 1 - expected : expected;
  if (left !== 0) throw new Error(`unable to accept the end; ${left} messages did not come`);
  return pages;
}
