import { setTimeout as wait } from 'node:timers/promises';
import type { Caller } from '../../lib/usecases/deps.ts';
import type { Answered, System } from './system.ts';

/** Sends at this rate, whatever the answers take, by one sender after the other; returns all answers. */
export async function talk(
  system: System,
  senders: readonly Caller[],
  perSecond: number,
  count: number,
): Promise<readonly Answered[]> {
  const startMs = performance.now();
  const under: Promise<Answered>[] = [];
  for (let sent = 0; sent < count; sent += 1) {
    await wait(Math.max(0, startMs + (sent * 1000) / perSecond - performance.now()));
    const sender = senders[sent % senders.length];
    if (sender !== undefined) under.push(system.send(sender));
  }
  return Promise.all(under);
}

/** Each sender sends again as soon as the answer is there, until the time is over. */
export async function talkInLoops(system: System, senders: readonly Caller[], ms: number): Promise<Answered[]> {
  const untilMs = performance.now() + ms;
  const answers: Answered[] = [];
  const loop = async (sender: Caller) => {
    while (performance.now() < untilMs) answers.push(await system.send(sender));
  };
  await Promise.all(senders.map(loop));
  return answers;
}

/** The room's last message, as the senders know it. */
export const lastSeqOf = (answers: readonly Answered[]): number => Math.max(0, ...answers.map(({ seq = 0 }) => seq));

/** One sender's messages may overtake each other on a busy machine, and are then refused. */
const REFUSED_PART_MAX = 0.05;

/** The answers to messages that were accepted; fails if many were not. */
export function acceptedOf(answers: readonly Answered[]): readonly Answered[] {
  const accepted = answers.filter(({ code }) => code === 0);
  if (answers.length - accepted.length > REFUSED_PART_MAX * answers.length) {
    const codes = [...new Set(answers.map(({ code }) => code))].join(', ');
    throw new Error(`unable to accept the figures; messages got codes ${codes}`);
  }
  return accepted;
}

/** From the acceptance of each message to its first and to its last connection. */
export function delaysOf({ acceptedAtMs, sink }: System): { readonly first: number[]; readonly last: number[] } {
  const delays = { first: [] as number[], last: [] as number[] };
  for (const [seq, { firstAtMs, lastAtMs }] of sink.reached) {
    const atMs = acceptedAtMs.get(seq);
    if (atMs === undefined) continue;
    delays.first.push(firstAtMs - atMs);
    delays.last.push(lastAtMs - atMs);
  }
  return delays;
}
