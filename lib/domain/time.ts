import type { Settings } from './settings.ts';

export const SECOND_MS = 1000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** How long a message is kept. */
export const historyMs = ({ historyRetentionDays }: Settings): number => historyRetentionDays * DAY_MS;
