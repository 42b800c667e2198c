/**
 * Why a membership ended. A newer server may know further reasons. The client hands one that it does not know to the
 * app as it came, does not join again, and drops what it kept of the room, as for every reason but `offline`. So an app
 * shows the room as over for any other text, and joins again when the user asks for it.
 */
export type EndReason =
  /**
   * The user left on another device, joined another room where they may be in one only, or was deleted: close the room.
   */
  | 'left'
  /**
   * The user was not connected for longer, or for more messages, than the room allows. The client joins again by itself
   * and reports the outcome: at most say that the user was offline.
   */
  | 'offline'
  /** An app server blocked the user, here or everywhere: close the room. A join is refused until the block is over. */
  | 'blocked'
  /**
   * The room was destroyed while the user was not connected: close it. A join with `autoCreate` makes a new, empty one.
   */
  | 'destroyed';
