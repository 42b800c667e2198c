import { Code } from '../../lib/protocol/codes.ts';

/** What a cell says, and the code that it stands for. */
const codes: Readonly<Record<string, Code>> = {
  ok: Code.OK,
  /** Not a member, or not one over this connection. */
  out: Code.NOT_A_MEMBER,
  mute: Code.MUTED,
  block: Code.BLOCKED,
  gone: Code.NO_SUCH_ROOM,
  full: Code.ROOM_FULL,
  none: Code.NO_SUCH_MESSAGE,
  theirs: Code.MESSAGE_OF_ANOTHER_USER,
  /** The token expired or was revoked. */
  stale: Code.TOKEN_EXPIRED,
  /** The server considers the connection closed. */
  ended: Code.DISCONNECTED,
};

/** What an answer has to hold: `out:left` names the reason too, and `-` is no answer. */
export function answerOf(word: string): { readonly code: Code; readonly reason?: string } | undefined {
  if (word === '-') return undefined;
  const [name = '', reason] = word.split(':');
  const code = codes[name];
  if (code === undefined) throw new Error(`unable to read the matrix; "${word}" is no word of it`);
  return reason === undefined ? { code } : { code, reason };
}
