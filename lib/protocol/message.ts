/** RongCloud's own message types begin with this; all others are an app's. */
export const BUILT_IN_TYPE_PREFIX = 'RC:';
/** The type of a text. */
export const TEXT_TYPE = 'RC:TxtMsg';
/** The type of the note that replaces a recalled message in the history. */
export const RECALLED_TYPE = 'RC:RcNtf';

/** A message as delivered. `content` is the app's text (JSON by RongCloud's convention). */
export interface Message {
  readonly seq: number;
  /** Unique per room epoch; the same for every retry of one send. */
  readonly messageId: string;
  readonly clientMessageId: string;
  readonly senderUserId: string;
  /** RongCloud's objectName, for example `RC:TxtMsg`. */
  readonly type: string;
  readonly content: string;
  /** ms since 1970 */
  readonly sentAtMs: number;
  /** It is the note that replaces a recalled message; its type is `RECALLED_TYPE`. */
  readonly recalled?: true | undefined;
  /**
   * An app server sent it as this user, and not for them: their client takes its seq and does not show it. Only the
   * sender's own connections get this field.
   */
  readonly notForSender?: true | undefined;
  /** In a `recalled` push: nothing is to be shown in its place, and no later answer has a message at its seq. */
  readonly hidden?: true | undefined;
}
