import type { EntryView } from './view-state.ts';

/** What the buttons do. Each reports its own failure in the list of events. */
export interface Actions {
  add(name: string): void;
  newRoom(): void;
  play(storyId: string): void;
  stop(): void;
  /** Moves the clock ahead. */
  pass(ms: number): void;
  /** Moves the clock ahead, and runs the sweep. */
  passAndSweep(ms: number): void;
  send(userId: string, text: string): void;
  disconnect(userId: string): void;
  goSilent(userId: string): void;
  reconnect(userId: string): void;
  join(userId: string): void;
  leave(userId: string): void;
  block(userId: string, isOn: boolean): void;
  allowlist(userId: string, isOn: boolean): void;
  mute(userId: string, isOn: boolean): void;
  muteRoom(isOn: boolean): void;
  setRealTime(isOn: boolean): void;
  destroyRoom(): void;
  setEntry(userId: string, key: string, value: string): void;
  removeEntry(entry: EntryView): void;
}
