import type { Settings } from '../../lib/domain/settings.ts';

/** Without the limits of rates: they make no membership wrong, and would hide what does. */
export const unlimited = {
  ...{ joinsPerMinute: 0, newRoomsPerMinute: 0, leavesPerMinute: 0, historyReadsPerMinute: 0, repairsPerMinute: 0 },
  ...{ attributeChangesPerMinute: 0, recallsPerMinute: 0, infoReadsPerMinute: 0, pingsPerMinute: 0 },
  ...{ connectsPerMinute: 0, serverApiCallsPerSec: 0, signalsPerSecond: 0, roomMessageQuota: 0 },
} as const satisfies Partial<Settings>;
