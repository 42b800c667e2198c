import { disconnectContext, halfOpen, lastActive } from './measure-connections.ts';
import { answers, frameSizes } from './measure-frames.ts';
import { heartbeatBilled, postLatency, stageThrottle } from './measure-posts.ts';
import type { Measurement } from './site.ts';

/** All measurements, the longest one last. */
export const measurements: readonly Measurement[] = [
  answers,
  disconnectContext,
  frameSizes,
  lastActive,
  stageThrottle,
  postLatency,
  heartbeatBilled,
  halfOpen,
];
