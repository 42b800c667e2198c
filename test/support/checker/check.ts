import { checkApps } from './apps.ts';
import { checkBlocks } from './blocks.ts';
import { checkDelivery } from './delivery.ts';
import { checkEvictions } from './ends.ts';
import { checkEpochs } from './epochs.ts';
import { type Facts, factsOf } from './facts.ts';
import type { HistoryEvent } from './history.ts';
import { checkMemberships } from './membership.ts';
import { checkMessages } from './messages.ts';
import { checkPresenceEvents } from './presence-events.ts';
import { checkReads } from './reads.ts';
import { checkSends } from './sends.ts';
import { checkSettled } from './settled.ts';
import { checkSilence } from './silence.ts';
import { checkSlowMode } from './slow-mode.ts';
import { type CheckOptions, defaultCheckOptions, type Violation } from './violation.ts';

const checks: readonly ((facts: Facts) => void)[] = [
  checkEvictions,
  checkMemberships,
  checkReads,
  checkMessages,
  checkSends,
  checkSlowMode,
  checkDelivery,
  checkBlocks,
  checkEpochs,
  checkSettled,
  checkSilence,
  checkApps,
  checkPresenceEvents,
];

/** All breaches of the rules that a history proves. What it leaves open is none. */
export function check(history: readonly HistoryEvent[], options: Partial<CheckOptions> = {}): readonly Violation[] {
  const violations: Violation[] = [];
  const facts = factsOf(history, { ...defaultCheckOptions, ...options }, (invariant, sentence, ...events) => {
    violations.push({ invariant, sentence, events: [...new Set(events)].filter(isIndex).sort((a, b) => a - b) });
  });
  for (const checkOne of checks) checkOne(facts);
  return violations;
}

const isIndex = (index: number) => index >= 0 && index < Infinity;
