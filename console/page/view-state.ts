import type { RoomState } from './model/presence.ts';
import type { NetworkState } from './network.ts';
import type { Setup } from './server-calls.ts';

/** A message, as one client has it. */
export interface ChatLine {
  readonly seq: number;
  readonly from: string;
  readonly text: string;
}

/** A user that the page plays. */
export interface PersonView {
  readonly userId: string;
  readonly name: string;
  readonly network: NetworkState;
  /** The SDK's own, in words. */
  readonly status: string;
  readonly lines: readonly ChatLine[];
}

/** What the page calls a user: their name, or the id of one that it does not play. */
export const nameOf = (people: readonly PersonView[], userId: string): string =>
  people.find((person) => person.userId === userId)?.name ?? userId;

/** Where a line of the list of events comes from. */
export type LogSource = 'story' | 'clock' | 'webhook' | 'notice' | 'call' | 'client' | 'error';

export interface LogLine {
  readonly id: number;
  readonly atMs: number;
  readonly source: LogSource;
  readonly text: string;
}

export interface EntryView {
  readonly key: string;
  readonly value: string;
  readonly userId: string;
}

/** A story that is played, or was. `result`: how it ended. */
export interface StoryView {
  readonly id: string;
  readonly step: string;
  /** While it waits: from when until when. */
  readonly wait?: { readonly fromMs: number; readonly toMs: number } | undefined;
  readonly result?: { readonly isGood: boolean; readonly text: string } | undefined;
}

/** Everything that is drawn. */
export interface ViewState {
  readonly setup: Setup;
  readonly room: RoomState;
  readonly people: readonly PersonView[];
  readonly log: readonly LogLine[];
  readonly entries: readonly EntryView[];
  readonly isRoomMuted: boolean;
  readonly isRealTime: boolean;
  readonly story: StoryView | undefined;
}
