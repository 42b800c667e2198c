import type { Player } from '../../bin/scenario/player.ts';
import type { ServerApiClient } from '../e2e/server-api-client.ts';
import type { Witness } from './reference-endpoint.ts';

/** What a connected member sees of a room. */
export class Watch {
  readonly #api: ServerApiClient;
  readonly #watcher: Player;
  #fences = 0;
  #room = 'lobby';

  constructor(api: ServerApiClient, watcher: Player) {
    this.#api = api;
    this.#watcher = watcher;
  }

  async enter(room: string): Promise<void> {
    const code = await this.#watcher.join(room);
    if (code !== 0) throw new Error(`unable to enter ${room}; code ${code}`);
    this.#room = room;
  }

  /** Goes back to the lobby. */
  async leave(): Promise<void> {
    // A room that was destroyed is left already.
    if (this.#room !== 'lobby') await this.#watcher.leave(this.#room);
    this.#room = 'lobby';
  }

  see(witness: Extract<Witness, string>): Promise<unknown> {
    if (witness === 'heard') return this.#heard();
    return witness === 'flow' ? this.#flows() : this.#history();
  }

  /** All texts but the fences, once all that was sent to the room has come. */
  async #heard(): Promise<readonly string[]> {
    await this.#fence(this.#room);
    const texts = this.#watcher.events.all.flatMap((told) => (told.kind === 'message' ? [short(told.text)] : []));
    return texts.filter((text) => !text.startsWith('fence'));
  }

  /** Whether what is sent to the room reaches its member. */
  async #flows(): Promise<boolean> {
    const probe = await this.#publish(this.#room);
    await this.#fence('lobby');
    return this.#watcher.events.all.some((told) => told.kind === 'message' && told.text === probe);
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

  async #fence(room: string): Promise<void> {
    const fence = await this.#publish(room);
    await this.#watcher.events.until(fence, (event) => event.kind === 'message' && event.text === fence);
  }

  async #publish(toChatroomId: string): Promise<string> {
    this.#fences += 1;
    const text = `fence ${this.#fences}`;
    const content = JSON.stringify({ content: text });
    const form = { fromUserId: 'fence', toChatroomId, objectName: 'RC:TxtMsg', content };
    await this.#api.served('/message/chatroom/publish.json', form);
    return text;
  }
}

/** Long texts would fill the report of a failure. */
const short = (text: string): string => (text.length > 80 ? `${text.slice(0, 40)} (${text.length})` : text);
