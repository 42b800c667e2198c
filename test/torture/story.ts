import type { HistoryEvent } from '../support/checker/history.ts';
import type { Violation } from '../support/checker/violation.ts';
import type { Part } from './part.ts';
import type { Problem } from './quiet.ts';

/** What went wrong, for a reader. */
export interface Story {
  readonly invariant: string;
  readonly sentence: string;
  readonly lines: readonly string[];
}

const LAST_EVENTS = 60;
const LAST_LINES = 80;
const AROUND_MS = 3_000;

const line = (event: HistoryEvent | undefined, index: number, startMs: number): string => {
  const { atMs = startMs, ...rest } = event ?? {};
  return `${new Date(atMs).toISOString().slice(11, -1)}  #${index}  ${JSON.stringify(rest)}`;
};

/** The events that prove it, and what else happened to the same users at the time. */
export function storyOfViolation({ invariant, sentence, events: proof }: Violation, part: Part): Story {
  const { events } = part.records;
  const startMs = events[0]?.atMs ?? 0;
  const users = usersIn(proof.map((index) => events[index]));
  const [firstMs, lastMs] = [events[proof[0] ?? 0]?.atMs ?? 0, events[proof.at(-1) ?? 0]?.atMs ?? 0];
  const near = events.flatMap((event, index) => {
    const isNear = event.atMs >= firstMs - AROUND_MS && event.atMs <= lastMs + AROUND_MS;
    return isNear && isAbout(event, users, events) ? [index] : [];
  });
  const shown = [...new Set([...near.slice(-LAST_EVENTS), ...proof])].sort((one, other) => one - other);
  const lines = shown.map((index) => `${proof.includes(index) ? '>' : ' '} ${line(events[index], index, startMs)}`);
  return { invariant, sentence, lines: [...lines, ...diariesOf(users, part)] };
}

const diariesOf = (users: ReadonlySet<string>, { clients }: Part): readonly string[] =>
  clients.filter(({ userId }) => users.has(userId)).flatMap(({ diary }) => diary.slice(-LAST_LINES));

/** The last that happened to these users, and what their apps were notified of. */
export function storyOfProblem({ invariant, sentence, about }: Problem, part: Part): Story {
  const { events } = part.records;
  const startMs = events[0]?.atMs ?? 0;
  const users = new Set(about);
  const last = events.flatMap((event, index) => (isAbout(event, users, events) ? [index] : [])).slice(-LAST_EVENTS);
  const lines = last.map((index) => `  ${line(events[index], index, startMs)}`);
  return { invariant, sentence, lines: [...lines, ...diariesOf(users, part)] };
}

function usersIn(events: readonly (HistoryEvent | undefined)[]): ReadonlySet<string> {
  return new Set(
    events.flatMap((event) => {
      if (event === undefined) return [];
      if ('client' in event) return event.client.slice(0, event.client.indexOf('/'));
      if (event.kind === 'call') return event.by === 'server-api' ? (event.args.user ?? []) : event.by.user;
      return 'user' in event ? (event.user ?? []) : [];
    }),
  );
}

/** Events of a connection or of an answer name no user: their text does. */
function isAbout(event: HistoryEvent, users: ReadonlySet<string>, events: readonly HistoryEvent[]): boolean {
  const text = JSON.stringify(event);
  const names = [...users, ...connectionsOf(users, events)];
  return names.some((name) => text.includes(`"${name}"`));
}

const cache = new WeakMap<ReadonlySet<string>, readonly string[]>();

function connectionsOf(users: ReadonlySet<string>, events: readonly HistoryEvent[]): readonly string[] {
  const found =
    cache.get(users) ??
    events.flatMap((event) => (event.kind === 'opened' && users.has(event.user) ? [event.connection] : []));
  cache.set(users, found);
  return found;
}
