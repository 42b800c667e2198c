import { beforeEach, expect } from 'vitest';
import { type Entries, useScriptedEngine } from './scripted-engine.ts';

/** A scripted engine whose events include the entries of the room `r`, and the steps with which their tests begin. */
export function useRoomEntries() {
  const script = useScriptedEngine();
  beforeEach(() => script.listenToEntries());

  /** Joins the room, which has these entries. */
  async function joinWith(entries: Entries, revision: number): Promise<void> {
    await script.join({ hasEntries: true });
    await script.answerEntries(entries, revision);
    expect(await script.events.next()).toEqual(['changed', 0, 'r', entries]);
    expect(await script.events.next()).toEqual(['synced', 'r']);
  }

  /** Joins the room, which has no entries. */
  async function joinEmpty(): Promise<void> {
    await script.join();
    expect(await script.events.next()).toEqual(['synced', 'r']);
  }

  const pushEntries = (revision: number, operation: 'set' | 'remove', entries: Entries) =>
    script.push({ event: 'entries', revision, operation, entries });

  return { script, joinWith, joinEmpty, pushEntries };
}
