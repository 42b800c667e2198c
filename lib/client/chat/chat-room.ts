import type { RefusalAnswer, SentAnswer } from '../../protocol/answers.ts';
import { Code } from '../../protocol/codes.ts';
import type { Core } from '../core/core.ts';
import type { RoomFeatures } from '../room/feature.ts';
import type { RoomEvent } from './chat-events.ts';
import { type ChatContent, type ChatMessage, toChatMessage, wireOf } from './chat-message.ts';
import { type CallOptions, promised } from './promised.ts';
import { Source, type Stream } from './stream.ts';

export interface SendOptions extends CallOptions {
  /** Of an earlier `send` of this message, whose outcome is not known: it is stored once. */
  readonly clientMessageId?: string;
}

/** What a room of a chat works with. */
export interface ChatRoomDeps {
  readonly core: Core<RoomFeatures>;
  newMessageId(): string;
  /** The user has left. */
  left(): void;
}

/** Where a room gets what happens in it. */
export class RoomSource {
  readonly messages = new Source<ChatMessage>();
  readonly events = new Source<RoomEvent>();

  end(): void {
    this.messages.end();
    this.events.end();
  }
}

/** A room that the user has joined. */
export class ChatRoom {
  readonly roomId: string;
  /** The messages of others and of the user's other devices, in order, each once. Ends with the room. */
  readonly messages: Stream<ChatMessage>;
  /** Everything that happens here, messages too. Ends with the room. */
  readonly events: Stream<RoomEvent>;
  readonly #source: RoomSource;
  readonly #deps: ChatRoomDeps;

  /** Use `chat.join`. */
  constructor(roomId: string, source: RoomSource, deps: ChatRoomDeps) {
    this.roomId = roomId;
    this.messages = source.messages.stream;
    this.events = source.events.stream;
    this.#source = source;
    this.#deps = deps;
  }

  /**
   * Sends a text, or a message of the app's own type; resolves to it as the room has it, and rejects within 30 s. Code
   * 30003: the outcome is not known. The client sends the message again for two more minutes, and `events` says what
   * became of it, as soon as that is known; where it stays unknown, nothing comes. The app may send the message again
   * under the error's `clientMessageId`; a message with another content is another message, and needs another id. If it
   * is aborted before the message goes out, the message is not sent.
   */
  async send(given: ChatContent, options: SendOptions = {}): Promise<ChatMessage> {
    const { core, newMessageId } = this.#deps;
    const { signal, clientMessageId = newMessageId() } = options;
    const draft = { clientMessageId, ...wireOf(given) };
    const toMessage = ({ messageId, seq, sentAtMs }: SentAnswer) =>
      toChatMessage({ ...draft, messageId, seq, sentAtMs, senderUserId: core.userId }, false);
    const settled = (code: number, sent: SentAnswer | undefined) => {
      const message = sent && { message: toMessage(sent) };
      this.#source.events.put({ type: 'settled', code, clientMessageId, ...message });
    };
    let isWanted = true;
    const sent = await promised<SentAnswer | undefined>({
      what: 'send the message',
      signal,
      clientMessageId,
      begin: (end) => {
        const done = (code: number, answer?: SentAnswer, refused?: RefusalAnswer) => {
          if (isWanted) end(code, answer, refused?.retryAfterMs);
          // What was aborted and never went out is over.
          else if (code !== Code.UNAVAILABLE) settled(code, answer);
        };
        core.inRoom(this.roomId, done, (room) => room.send(draft, done, settled, () => isWanted));
      },
      undo: () => {
        isWanted = false;
      },
    });
    return toMessage(sent as SentAnswer);
  }

  /** Leaves the room. Code 30003: the outcome is not known yet, and the client goes on until it has left. */
  leave({ signal }: CallOptions = {}): Promise<void> {
    const { core, left } = this.#deps;
    return promised<void>({
      what: 'leave the room',
      signal,
      begin: (end) => {
        const done = (code: number) => {
          if (code === Code.OK) left();
          end(code);
        };
        core.inRoom(this.roomId, done, (room) => room.leave(done));
      },
      undo: () => {},
    });
  }
}
