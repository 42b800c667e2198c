import type { Settings } from './settings.ts';

export const DAY_MS = 86_400_000;

/** How long a message is kept. */
export const historyMs = ({ historyRetentionDays }: Settings): number => historyRetentionDays * DAY_MS;
