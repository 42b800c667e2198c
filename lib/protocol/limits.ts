/** Times in ms. Sizes in bytes of UTF-8 or in characters, as the name says. */

/** The longest frame, either way: API Gateway closes a connection for a longer one, and bills it as two. */
export const FRAME_BYTES_MAX = 32_768;

/**
 * The longest content of a message as it stands in a frame: as a JSON string, escapes included, quotes not. The rest of
 * a frame holds whatever can surround one message, in a push, a page or the answer to a join.
 */
export const CONTENT_BYTES_MAX = 31_744;

/** This much JSON of entries fits in a frame together with what surrounds it; one entry always does. */
export const ENTRIES_BYTES_MAX = 28_672;

/** RongCloud's limit of messages that a join or one page of history can carry. */
export const MESSAGE_COUNT_MAX = 50;
/** A join with a count of 0 asks for this many. */
export const MESSAGE_COUNT_DEFAULT = 10;

/** The longest data of a signal as it stands in a frame: as a JSON string, escapes included, quotes not. */
export const SIGNAL_BYTES_MAX = 512;

/** RongCloud's limit of a user's name, in characters. */
export const SENDER_NAME_LENGTH_MAX = 64;
/** A longer address of a picture is not put on messages. */
export const SENDER_PORTRAIT_BYTES_MAX = 512;
/** What a member may be listed with, as JSON: so many of them as one answer lists fit in it. */
export const MEMBER_SENDER_BYTES_MAX = 1_024;

/** RongCloud's limit of members that a client gets with the number of all. */
export const MEMBERS_LISTED_MAX = 20;

/** RongCloud's limit of entries in one batch of a client. */
export const ENTRY_BATCH_MAX = 10;
/** RongCloud's limit of an entry's value, in characters. */
export const ENTRY_VALUE_LENGTH_MAX = 4096;

/**
 * A client sends a `beat` when the last sign of life that the server has certainly stored is this old; without one the
 * server considers the client gone.
 */
export const HEARTBEAT_MS = 135_000;
/**
 * The server stores a sign of life only when the one that it has stored is this old, so that a talkative client does
 * not cost a write for each frame.
 */
export const RENEW_AFTER_MS = 20_000;
