import type { Clock } from './clock.ts';
import { seconds } from './model/explain.ts';
import { type EndReason, isGone } from './model/presence.ts';
import type { NetworkState } from './network.ts';
import { Person, type PersonEvents } from './person.ts';
import { type Answer, callServer, type Parameters, type WebhookEvent } from './server-calls.ts';
import type { EntryView } from './view-state.ts';
import type { ViewStore } from './view-store.ts';

const NOTICE_POLL_MS = 150;
const SILENT_POLL_MS = 2000;
/** The server closes the connection's row just before it marks the member: `checkOnline` shows the first of the two. */
const SETTLED_MS = 500;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A name of any form as a user id. */
const userIdOf = (name: string): string =>
  name
    .trim()
    .replace(/[^\w+=-]/g, '_')
    .slice(0, 64);

/** The room, its people and the calls about them: what the buttons do, and the stories. */
export class Session {
  readonly store: ViewStore;
  readonly #clock: Clock;
  readonly #randomId: () => string;
  readonly #people = new Map<string, Person>();

  constructor(store: ViewStore, clock: Clock, randomId: () => string) {
    this.store = store;
    this.#clock = clock;
    this.#randomId = randomId;
  }

  /** Lets time pass at once, for the deployment and for the page. */
  async pass(ms: number): Promise<void> {
    await this.#clock.moveAhead(ms);
    this.store.log('clock', `${seconds(ms)} pass at once`);
  }

  /** Everyone who is connected gives a sign of life, by the clock as it is now; then the sweep runs. */
  async sweep(): Promise<void> {
    const online = [...this.#people.values()].filter(({ userId }) => this.#isOnline(userId));
    await Promise.all(online.map((person) => person.giveSignOfLife(this.#roomId)));
    await this.#clock.sweep();
    this.store.log('clock', 'the sweep has run');
  }

  /** Ends everyone's connection, and opens a room that nobody has used. */
  async openRoom(): Promise<void> {
    const people = [...this.#people.values()];
    this.#people.clear();
    this.store.openRoom(`room-${this.#randomId()}`);
    await Promise.all(people.map((person) => person.end()));
  }

  /** Adds a user and joins the room as them. */
  async add(name: string): Promise<void> {
    const userId = userIdOf(name);
    const { setup } = this.store.state;
    if (userId === '') throw new Error('unable to add a person; the name is empty');
    if (this.#people.has(userId)) throw new Error(`unable to add ${name}; they are here already`);
    const roomId = this.#roomId;
    const person = new Person(userId, name.trim().slice(0, 64), setup, this.#events);
    this.#people.set(userId, person);
    this.store.addPerson(userId, person.name);
    await person.connect();
    await person.join(roomId);
  }

  async send(userId: string, text: string): Promise<void> {
    await this.#person(userId).send(this.#roomId, text);
  }

  /** Closes the connection. Resolves when the server has noticed. */
  async disconnect(userId: string): Promise<void> {
    const sinceMs = this.#clock.now();
    const person = this.#person(userId);
    person.network.goDown();
    this.store.person(userId, { network: 'down' });
    while (this.#is(person, 'down') && (await this.#isConnected(userId))) await pause(NOTICE_POLL_MS);
    await pause(SETTLED_MS);
    if (this.#is(person, 'down')) this.store.happened({ kind: 'offline', userId, sinceMs });
  }

  /** Frames vanish in both directions; nobody closes the connection. Follows what the server believes. */
  goSilent(userId: string): void {
    const person = this.#person(userId);
    person.network.goSilent();
    this.store.person(userId, { network: 'silent' });
    this.store.happened({ kind: 'silent', userId });
    void this.#followSilent(person).catch((error: unknown) => this.fail(error));
  }

  reconnect(userId: string): void {
    this.#person(userId).network.goUp();
    this.store.person(userId, { network: 'up' });
  }

  async leave(userId: string): Promise<void> {
    await this.#person(userId).leave(this.#roomId);
    this.store.happened({ kind: 'ended', userId, reason: 'left' });
  }

  async join(userId: string): Promise<void> {
    const members = [...this.store.state.room.members.values()];
    // The join creates the room again, and its messages are counted from 1.
    if (members.some(({ end }) => end?.reason === 'destroyed')) this.store.recreateRoom();
    await this.#person(userId).join(this.#roomId);
  }

  /** A call of the server API about this room; the list of events shows it. */
  async call(path: string, parameters: Parameters = {}): Promise<Answer> {
    const answer = await callServer(path, { chatroomId: this.#roomId, ...parameters });
    const shown = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
    this.store.log('call', [path, ...shown].join(' '));
    return answer;
  }

  async allowlist(userId: string, isOn: boolean): Promise<void> {
    await this.call(`/chatroom/user/whitelist/${isOn ? 'add' : 'remove'}.json`, { userId });
    this.store.happened({ kind: 'allowlisted', userId, isOn });
  }

  async mute(userId: string, isOn: boolean): Promise<void> {
    if (isOn) await this.call('/chatroom/user/gag/add.json', { userId, minute: '10' });
    else await this.call('/chatroom/user/gag/rollback.json', { userId });
    this.store.happened({ kind: 'muted', userId, isOn });
  }

  async block(userId: string, isOn: boolean): Promise<void> {
    if (isOn) {
      await this.call('/chatroom/user/block/add.json', { userId, minute: '10' });
      this.store.happened({ kind: 'ended', userId, reason: 'blocked' });
    } else {
      await this.call('/chatroom/user/block/rollback.json', { userId });
      this.store.happened({ kind: 'unblocked', userId });
    }
  }

  async muteRoom(isOn: boolean): Promise<void> {
    await this.call(`/chatroom/ban/${isOn ? 'add' : 'rollback'}.json`);
    this.store.set({ isRoomMuted: isOn });
  }

  async setRealTime(isOn: boolean): Promise<void> {
    await this.call('/chatroom/realtime/set.json', { realTime: isOn ? '1' : '0' });
    this.store.set({ isRealTime: isOn });
  }

  async setEntry(userId: string, key: string, value: string): Promise<void> {
    await this.call('/chatroom/entry/set.json', { userId, key, value });
    await this.readEntries();
  }

  async removeEntry({ userId, key }: EntryView): Promise<void> {
    await this.call('/chatroom/entry/remove.json', { userId, key });
    await this.readEntries();
  }

  async readEntries(): Promise<void> {
    const { keys } = await callServer('/chatroom/entry/query.json', { chatroomId: this.#roomId });
    this.store.set({ entries: keys as EntryView[] });
  }

  async isMember(userId: string): Promise<boolean> {
    const { isInChrm } = await callServer('/chatroom/user/exist.json', { chatroomId: this.#roomId, userId });
    return isInChrm === true;
  }

  /** What the webhook reports. Of a user who is connected the page knows more, and sooner. */
  heard({ chatRoomId, userIds: [userId], type, status, time }: WebhookEvent): void {
    if (chatRoomId !== this.#roomId) return;
    const what = ['room created', 'joined', 'left', 'room destroyed'][type] ?? `type ${type}`;
    const why = ['', ' (offline)', ' (blocked)', ' (expired)'][status] ?? '';
    this.store.log('webhook', `${userId ?? chatRoomId}: ${what}${why}`);
    if (userId === undefined) return;
    if (type === 1) this.#joined(userId);
    const reason = (['left', 'offline', 'blocked'] as const)[status];
    if (type === 2 && !this.#knowsOfItself(userId)) this.#ended(userId, reason, time);
  }

  fail(error: unknown): void {
    this.store.log('error', error instanceof Error ? error.message : String(error));
  }

  get #roomId(): string {
    return this.store.state.room.roomId;
  }

  #person(userId: string): Person {
    const person = this.#people.get(userId);
    if (person === undefined) throw new Error(`unable to find ${userId}; they are not here`);
    return person;
  }

  /** Of the people of this page their own SDK reports it; what others report can be late, when they are offline by now. */
  #joined(userId: string): void {
    if (!this.#people.has(userId)) this.store.happened({ kind: 'online', userId });
  }

  /** Without the real-time service some message has evicted an offline member, though the page gets it later. */
  #ended(userId: string, reason: EndReason | undefined, endedMs: number): void {
    const noLaterMs = this.store.state.isRealTime ? endedMs : Number.POSITIVE_INFINITY;
    this.store.happened({ kind: 'ended', userId, reason, noLaterMs });
  }

  #isOnline(userId: string): boolean {
    return this.store.state.room.members.get(userId)?.presence === 'online';
  }

  /** The SDK of a user who is connected reports their own membership. */
  #knowsOfItself(userId: string): boolean {
    return this.#people.get(userId)?.network.state === 'up';
  }

  /** The person is still in the page, with this network. */
  #is(person: Person, network: NetworkState): boolean {
    return person.network.state === network && this.#people.get(person.userId) === person;
  }

  async #isConnected(userId: string): Promise<boolean> {
    return (await callServer('/user/checkOnline.json', { userId })).status === '1';
  }

  async #followSilent(person: Person): Promise<void> {
    const { userId } = person;
    while (this.#is(person, 'silent')) {
      if (!(await this.#isConnected(userId))) {
        this.store.log('client', `${userId}: the server has noticed that the connection is dead`);
        this.store.happened({ kind: 'offline', userId, sinceMs: this.#clock.now() });
        return;
      }
      await pause(SILENT_POLL_MS);
    }
  }

  readonly #events: PersonEvents = {
    status: (userId, status) => this.store.person(userId, { status }),
    message: (userId, { seq, sentMs, from, text }) => {
      this.store.addLine(userId, { seq, from, text });
      this.store.happened({ kind: 'message', seq, sentMs });
    },
    inRoom: (userId, roomId) => {
      if (roomId === this.#roomId) this.store.happened({ kind: 'online', userId });
    },
    removed: (userId, roomId, reason) => {
      if (roomId !== this.#roomId) return;
      this.store.log('client', `${userId}: the SDK reports that they were removed (${reason})`);
      this.store.happened({ kind: 'ended', userId, reason });
    },
    memberChanged: (roomId, changes) => {
      if (roomId !== this.#roomId) return;
      for (const { userId, hasJoined } of changes) {
        const isGoneAlready = isGone(this.store.state.room.members.get(userId)?.presence ?? 'removed');
        if (isGoneAlready === hasJoined) this.store.log('notice', `${userId} ${hasJoined ? 'joined' : 'left'}`);
        if (hasJoined) this.#joined(userId);
        else if (!this.#knowsOfItself(userId)) this.#ended(userId, undefined, this.#clock.now());
      }
    },
    entryChanged: (_userId, roomId) => {
      if (roomId === this.#roomId) void this.readEntries().catch((error: unknown) => this.fail(error));
    },
  };
}
