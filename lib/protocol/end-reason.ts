/** Why a membership ended. */
export type EndReason = 'left' | 'offline' | 'blocked' | 'destroyed';
