/** The command was called the wrong way; the message says how it was and what is right. */
export class UsageError extends Error {}
