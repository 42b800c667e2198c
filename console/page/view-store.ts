import type { RoomEvent } from './model/presence.ts';
import { newRoom } from './model/presence.ts';
import { reduce } from './model/reduce.ts';
import type { Setup } from './server-calls.ts';
import type { ChatLine, LogSource, PersonView, StoryView, ViewState } from './view-state.ts';

const LOG_MAX = 200;
const LINES_MAX = 200;

const emptyRoom = ({ realTimeKickOut }: Setup) =>
  ({ people: [], entries: [], isRoomMuted: false, isRealTime: realTimeKickOut }) as const;

/** The state of the page. Each change makes a new one, and calls the listener. */
export class ViewStore {
  readonly #now: () => number;
  readonly #changed: () => void;
  #state: ViewState;
  #lastLogId: number = 0;

  constructor(setup: Setup, now: () => number, changed: () => void) {
    this.#now = now;
    this.#changed = changed;
    const room = newRoom('', now());
    this.#state = { setup, log: [], story: undefined, room, ...emptyRoom(setup) };
  }

  now(): number {
    return this.#now();
  }

  get state(): ViewState {
    return this.#state;
  }

  set(part: Partial<ViewState>): void {
    this.#state = { ...this.#state, ...part };
    this.#changed();
  }

  openRoom(roomId: string): void {
    this.set({ room: newRoom(roomId, this.#now()), ...emptyRoom(this.#state.setup) });
  }

  /** The room after its end: empty, for the same people. */
  recreateRoom(): void {
    const { room, people } = this.#state;
    this.set({ room: newRoom(room.roomId, this.#now()), people: people.map((person) => ({ ...person, lines: [] })) });
  }

  happened(event: RoomEvent): void {
    const room = reduce(this.#state.room, event, this.#now(), this.#state.setup);
    if (room !== this.#state.room) this.set({ room });
  }

  log(source: LogSource, text: string): void {
    this.#lastLogId += 1;
    const line = { id: this.#lastLogId, atMs: this.#now(), source, text };
    this.set({ log: [...this.#state.log, line].slice(-LOG_MAX) });
  }

  story(part: Partial<StoryView>): void {
    const { story } = this.#state;
    if (story !== undefined) this.set({ story: { ...story, ...part } });
  }

  person(userId: string, part: Partial<PersonView>): void {
    const { people } = this.#state;
    this.set({ people: people.map((person) => (person.userId === userId ? { ...person, ...part } : person)) });
  }

  addPerson(userId: string, name: string): void {
    const person: PersonView = { userId, name, network: 'up', status: 'new', lines: [] };
    this.set({ people: [...this.#state.people, person] });
  }

  addLine(userId: string, line: ChatLine): void {
    const lines = this.#state.people.find((person) => person.userId === userId)?.lines ?? [];
    if (lines.some(({ seq }) => seq === line.seq)) return;
    this.person(userId, { lines: [...lines, line].sort((a, b) => a.seq - b.seq).slice(-LINES_MAX) });
  }
}
