import type { AppEvent, Player } from '../../bin/scenario/player.ts';
import type { ServerApiClient } from '../e2e/server-api-client.ts';
import type { Witness } from './reference-endpoint.ts';

/** The view that a connected member has of a room. */
export class Watch {
  readonly #api: ServerApiClient;
  readonly #watcher: Player;
  readonly #settle: () => Promise<void>;
  #markers = 0;
  #room = 'lobby';

  /** `settle` resolves once all that has been called is done, deliveries too. */
  constructor(api: ServerApiClient, watcher: Player, settle: () => Promise<void>) {
    this.#api = api;
    this.#watcher = watcher;
    this.#settle = settle;
  }

  async enter(room: string): Promise<void> {
    const code = await this.#watcher.join(room);
    if (code !== 0) throw new Error(`unable to enter ${room}; code ${code}`);
    this.#room = room;
  }

  /** Returns to the lobby. */
  async leave(): Promise<void> {
    // A destroyed room is already left.
    if (this.#room !== 'lobby') await this.#watcher.leave(this.#room);
    this.#room = 'lobby';
  }

  see(witness: Extract<Witness, string>): Promise<unknown> {
    if (witness === 'heard') return this.#heard();
    return witness === 'flow' ? this.#flows() : this.#history();
  }

  /** All texts but the markers, once all messages to the room have arrived. */
  async #heard(): Promise<readonly string[]> {
    await this.#marker(this.#room);
    const texts = this.#watcher.events.all.flatMap((event) => (event.kind === 'message' ? [short(event.text)] : []));
    return texts.filter((text) => !text.startsWith('marker'));
  }

  /** Whether a message to the room reaches its member; if not, all deliveries end before. */
  async #flows(): Promise<boolean> {
    const probe = await this.#publish(this.#room);
    const isProbe = (event: AppEvent) => event.kind === 'message' && event.text === probe;
    const arrival = this.#watcher.events.until(probe, isProbe).then(() => true);
    const silence = this.#settle()
      .then(() => this.#marker('lobby'))
      .then(() => this.#watcher.events.all.some(isProbe));
    return Promise.race([arrival, silence]);
  }

  #history(): Promise<unknown> {
    return new Promise((resolve) => {
      void this.#watcher.engine.getChatRoomMessages(this.#room, 0, 0, 50, {
        onSuccess: (messages) =>
          resolve(messages.map((message) => short('text' in message ? String(message.text) : message.content))),
        onError: resolve,
      });
    });
  }

  async #marker(room: string): Promise<void> {
    const marker = await this.#publish(room);
    await this.#watcher.events.until(marker, (event) => event.kind === 'message' && event.text === marker);
  }

  async #publish(toChatroomId: string): Promise<string> {
    this.#markers += 1;
    const text = `marker ${this.#markers}`;
    const content = JSON.stringify({ content: text });
    const form = { fromUserId: 'marker', toChatroomId, objectName: 'RC:TxtMsg', content };
    await this.#api.served('/message/chatroom/publish.json', form);
    return text;
  }
}

/** Shortens a long text, so that it does not fill the report of a failure. */
const short = (text: string): string => (text.length > 80 ? `${text.slice(0, 40)} (${text.length})` : text);
