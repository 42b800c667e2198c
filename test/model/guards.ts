/** Asks whether a guard is there. */
export type Guards = (guard: GuardName) => boolean;

export type GuardName = string;
