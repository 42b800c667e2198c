/*
 * Models the app's hook, which takes its time, refuses, fails, and whose Lambda that asks can die while it waits; and it says
 * whether it was heeded. Clock and chance: the scheduler's.
 */

import type { Settings } from '../../../lib/domain/settings.ts';
import type { HookVerdict } from '../../../lib/protocol/message-hook.ts';
import type { MessageHook } from '../../../lib/push/message-hook.ts';
import type { Hooked } from '../../support/checker/history.ts';
import type { Violation } from '../../support/checker/violation.ts';
import type { History } from './history.ts';
import type { Process, Scheduler } from './scheduler.ts';
import { toError } from './service-errors.ts';

/** What the hook does with one question. */
export interface Ruling {
  readonly pauseMs: number;
  readonly verdict: HookVerdict['kind'];
}

const VERDICTS: Readonly<Record<HookVerdict['kind'], HookVerdict>> = {
  accepted: { kind: 'accepted' },
  refused: { kind: 'refused', note: 'not here' },
  failed: { kind: 'failed', why: 'the hook of the simulation is out of order' },
};

export interface HookOptions {
  readonly scheduler: Scheduler;
  readonly history: History;
  /** Asked for each question. */
  readonly ruling: () => Ruling;
}

export const hookOf = (process: Process, { scheduler, history, ruling }: HookOptions): MessageHook => ({
  ask: async ({ room, userId: user, clientMessageId }) => {
    const note = (what: Hooked['what']) => history.note({ kind: 'hook', what, room, user, clientMessageId });
    note('asked');
    const { pauseMs, verdict: planned } = ruling();
    await scheduler.sleep(pauseMs, process);
    const label = `ask the hook about ${clientMessageId}`;
    const step = { process, kind: 'hook', label, apply: () => planned, failWith: toError } as const;
    const verdict = await scheduler.step<Ruling['verdict']>(step).catch(() => 'failed' as const);
    note(verdict);
    return VERDICTS[verdict];
  },
});

/**
 * I-D13: a client's message is accepted only after the hook has let it pass, and of a sender who is a member after that;
 * once it is accepted, nobody is asked about it.
 */
export function unheededHook({ events, truth }: History, settings: Settings): readonly Violation[] {
  const verdicts = new Map<string, readonly [what: Hooked['what'], index: number]>();
  const accepted = new Map<string, number>();
  const isPassed = (what: Hooked['what'] | undefined) =>
    what === 'accepted' || (what === 'failed' && settings.acceptIfHookFails);
  const clients = new Set(events.flatMap((event) => (event.kind === 'opened' ? [event.user] : [])));
  return events.flatMap((event, index): Violation[] => {
    const wrong = (sentence: string, ...proof: number[]) => [{ invariant: 'I-D13', sentence, events: proof }];
    if (event.kind === 'roomCreated') {
      for (const key of accepted.keys()) if (isOf(key, event.room)) accepted.delete(key);
    }
    if (event.kind === 'hook') {
      const key = keyOf(event.room, event.user, event.clientMessageId);
      const before = accepted.get(key);
      if (event.what !== 'asked') verdicts.set(key, [event.what, index]);
      else if (before !== undefined) return wrong(`${key}: asked about when it was accepted`, before, index);
    }
    if (event.kind !== 'accepted' || !clients.has(event.sender)) return [];
    const key = keyOf(event.room, event.sender, event.clientMessageId);
    accepted.set(key, index);
    const [verdict, from = 0] = verdicts.get(key) ?? [];
    if (!isPassed(verdict)) return wrong(`${key}: accepted, and the verdict was ${verdict}`, from, index);
    const isMember = truth.between(event.room, event.sender, from, index).some((membership) => membership !== '');
    if (isMember || !settings.membersOnlySend) return [];
    return wrong(`${key}: accepted from a user who was no member any more when the hook had answered`, from, index);
  });
}

const keyOf = (room: string, user: string, clientMessageId: string): string => `${room} ${user} ${clientMessageId}`;

const isOf = (key: string, room: string): boolean => key.startsWith(`${room} `);
