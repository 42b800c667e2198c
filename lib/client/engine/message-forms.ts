import { readTextMap } from './arguments.ts';
import type { EngineContext } from './engine-context.ts';
import { type MessageDraft, newMessage } from './engine-message.ts';
import {
  type DeliveredMessage,
  type RCIMIWConversationType,
  type RCIMIWCustomMessage,
  type RCIMIWCustomMessagePolicy,
  type RCIMIWFileMessage,
  type RCIMIWImageMessage,
  RCIMIWMessageType,
  type RCIMIWTextMessage,
  type RCIMIWVoiceMessage,
  type TextMap,
} from './types.ts';

/** RongCloud's calls that make a message, in one form or another. */
export class MessageForms {
  readonly #engine: EngineContext;

  constructor(engine: EngineContext) {
    this.#engine = engine;
  }

  async createTextMessage(
    type: RCIMIWConversationType,
    targetId: string,
    channelId: string | null,
    text: string,
  ): Promise<DeliveredMessage<RCIMIWTextMessage>> {
    return newMessage<RCIMIWTextMessage>(this.#draft(type, targetId, channelId), RCIMIWMessageType.TEXT, { text });
  }

  /** path: the URL of the image, which the app has uploaded. Before sending, the app may set a thumbnail. */
  async createImageMessage(
    type: RCIMIWConversationType,
    targetId: string,
    channelId: string | null,
    path: string,
  ): Promise<DeliveredMessage<RCIMIWImageMessage>> {
    const draft = this.#draft(type, targetId, channelId);
    return newMessage<RCIMIWImageMessage>(draft, RCIMIWMessageType.IMAGE, { local: '', remote: path });
  }

  /** path: the URL of the file, which the app has uploaded. Before sending, the app may set `fileType` and `size`. */
  async createFileMessage(
    type: RCIMIWConversationType,
    targetId: string,
    channelId: string | null,
    path: string,
  ): Promise<DeliveredMessage<RCIMIWFileMessage>> {
    const fields = { local: '', remote: path, name: nameIn(path) };
    return newMessage<RCIMIWFileMessage>(this.#draft(type, targetId, channelId), RCIMIWMessageType.FILE, fields);
  }

  /** path: the URL of the recording, which the app has uploaded. duration in seconds. */
  async createVoiceMessage(
    type: RCIMIWConversationType,
    targetId: string,
    channelId: string | null,
    path: string,
    duration: number,
  ): Promise<DeliveredMessage<RCIMIWVoiceMessage>> {
    const fields = { local: '', remote: path, duration };
    return newMessage<RCIMIWVoiceMessage>(this.#draft(type, targetId, channelId), RCIMIWMessageType.VOICE, fields);
  }

  /** A message of the app's own type: 1 to 32 of A-Z a-z 0-9 : _ . - that do not begin with `RC:`. */
  async createCustomMessage(
    type: RCIMIWConversationType,
    targetId: string,
    channelId: string | null,
    policy: RCIMIWCustomMessagePolicy,
    messageIdentifier: string,
    fields: TextMap,
  ): Promise<DeliveredMessage<RCIMIWCustomMessage>> {
    const texts = readTextMap(fields);
    // What is not of texts is refused by `sendMessage`, which has a code for it.
    const given = texts === undefined ? (fields as Record<string, string>) : Object.fromEntries(texts);
    const custom = { identifier: messageIdentifier, policy, fields: given };
    return newMessage<RCIMIWCustomMessage>(this.#draft(type, targetId, channelId), RCIMIWMessageType.CUSTOM, custom);
  }

  #draft(type: RCIMIWConversationType, targetId: string, channelId: string | null): MessageDraft {
    return this.#engine.messages.newOf(this.#engine.userId, type, targetId, channelId ?? '');
  }
}

/** The last part of a path or an address. */
const nameIn = (path: unknown): string =>
  typeof path === 'string' ? (/[^/]*$/.exec(path.split(/[?#]/)[0] ?? '')?.[0] ?? '') : '';
