import { Code } from '../../protocol/codes.ts';
import { ENTRY_BATCH_MAX } from '../../protocol/limits.ts';
import { isText, readTextMap } from './arguments.ts';
import type {
  IRCIMIWAddChatRoomEntriesCallback,
  IRCIMIWAddChatRoomEntryCallback,
  IRCIMIWGetChatRoomAllEntriesCallback,
  IRCIMIWGetChatRoomEntryCallback,
  IRCIMIWRemoveChatRoomEntriesCallback,
  IRCIMIWRemoveChatRoomEntryCallback,
} from './callbacks.ts';
import type { EngineContext } from './engine-context.ts';
import { RCIMIWErrorCode, type TextMap } from './types.ts';

/** RongCloud's calls for the entries of a chatroom. */
export class EntryCalls {
  readonly #engine: EngineContext;

  constructor(engine: EngineContext) {
    this.#engine = engine;
  }

  /** deleteWhenLeft: it is removed when this user's membership ends. overwrite: also an entry of another user. */
  async addChatRoomEntry(
    targetId: string,
    key: string,
    value: string,
    deleteWhenLeft: boolean,
    overwrite: boolean,
    callback?: IRCIMIWAddChatRoomEntryCallback,
  ): Promise<number> {
    const isGiven = isText(targetId) && isText(key) && typeof value === 'string';
    if (!isGiven || typeof deleteWhenLeft !== 'boolean' || typeof overwrite !== 'boolean')
      return RCIMIWErrorCode.PARAM_ERROR;
    const end = (code: number) =>
      this.#engine.call(() => {
        if (callback) callback.onChatRoomEntryAdded?.(code);
        else this.#engine.listeners.chatRoomEntryAdded?.(code, targetId, key);
      });
    const given = { entries: new Map([[key, value]]), autoDelete: deleteWhenLeft, overwrite };
    return this.#engine.inRoom(targetId, end, (room) =>
      room.features.entries.set(given, (code, errors) => end(errors.get(key) ?? code)),
    );
  }

  /** 1 to 10 entries. Code 23428: done in part; `errors` has the code of each key that was not set. */
  async addChatRoomEntries(
    targetId: string,
    entries: TextMap,
    deleteWhenLeft: boolean,
    overwrite: boolean,
    callback?: IRCIMIWAddChatRoomEntriesCallback,
  ): Promise<number> {
    const given = readTextMap(entries);
    if (!isText(targetId) || given === undefined) return RCIMIWErrorCode.PARAM_ERROR;
    if (typeof deleteWhenLeft !== 'boolean' || typeof overwrite !== 'boolean') return RCIMIWErrorCode.PARAM_ERROR;
    const end = (code: number, errors: Map<string, number>) =>
      this.#engine.call(() => {
        if (callback) callback.onChatRoomEntriesAdded?.(code, errors);
        else this.#engine.listeners.chatRoomEntriesAdded?.(code, targetId, given, errors);
      });
    if (given.size > ENTRY_BATCH_MAX) return this.#engine.later(() => end(Code.TOO_MANY_ENTRIES_AT_ONCE, new Map()));
    return this.#engine.inRoom(
      targetId,
      (code) => end(code, new Map()),
      (room) => room.features.entries.set({ entries: given, autoDelete: deleteWhenLeft, overwrite }, end),
    );
  }

  /** Hands over a map with this one entry, to members only. */
  async getChatRoomEntry(targetId: string, key: string, callback?: IRCIMIWGetChatRoomEntryCallback): Promise<number> {
    if (!isText(targetId) || !isText(key)) return RCIMIWErrorCode.PARAM_ERROR;
    return this.#get(targetId, (code, entries) => {
      const value = entries.get(key);
      const found = value === undefined ? new Map<string, string>() : new Map([[key, value]]);
      const outcome = code === Code.OK && value === undefined ? Code.NO_SUCH_ENTRY : code;
      if (!callback) this.#engine.listeners.chatRoomEntryLoaded?.(outcome, targetId, found);
      else if (outcome === Code.OK) callback.onSuccess?.(found);
      else callback.onError?.(outcome);
    });
  }

  /** Hands over all entries, to members only. */
  async getChatRoomAllEntries(targetId: string, callback?: IRCIMIWGetChatRoomAllEntriesCallback): Promise<number> {
    if (!isText(targetId)) return RCIMIWErrorCode.PARAM_ERROR;
    return this.#get(targetId, (code, entries) => {
      if (!callback) this.#engine.listeners.chatRoomAllEntriesLoaded?.(code, targetId, new Map(entries));
      else if (code === Code.OK) callback.onSuccess?.(new Map(entries));
      else callback.onError?.(code);
    });
  }

  /** @deprecated `getChatRoomEntry` with a callback. */
  async loadChatRoomEntry(targetId: string, key: string): Promise<number> {
    return this.getChatRoomEntry(targetId, key);
  }

  /** @deprecated `getChatRoomAllEntries` with a callback. */
  async loadChatRoomAllEntries(targetId: string): Promise<number> {
    return this.getChatRoomAllEntries(targetId);
  }

  /** force: also an entry of another user. */
  async removeChatRoomEntry(
    targetId: string,
    key: string,
    force: boolean,
    callback?: IRCIMIWRemoveChatRoomEntryCallback,
  ): Promise<number> {
    if (!isText(targetId) || !isText(key) || typeof force !== 'boolean') return RCIMIWErrorCode.PARAM_ERROR;
    const end = (code: number) =>
      this.#engine.call(() => {
        if (callback) callback.onChatRoomEntryRemoved?.(code);
        else this.#engine.listeners.chatRoomEntryRemoved?.(code, targetId, key);
      });
    return this.#engine.inRoom(targetId, end, (room) =>
      room.features.entries.remove([key], force, (code, errors) => end(errors.get(key) ?? code)),
    );
  }

  /** 1 to 10 keys. force: also entries of another user. */
  async removeChatRoomEntries(
    targetId: string,
    keys: string[],
    force: boolean,
    callback?: IRCIMIWRemoveChatRoomEntriesCallback,
  ): Promise<number> {
    if (!isText(targetId) || !Array.isArray(keys) || typeof force !== 'boolean') return RCIMIWErrorCode.PARAM_ERROR;
    if (!keys.every((key) => typeof key === 'string')) return RCIMIWErrorCode.PARAM_ERROR;
    const given = [...keys];
    const end = (code: number) =>
      this.#engine.call(() => {
        if (callback) callback.onChatRoomEntriesRemoved?.(code);
        else this.#engine.listeners.chatRoomEntriesRemoved?.(code, targetId, given);
      });
    if (given.length > ENTRY_BATCH_MAX) return this.#engine.later(() => end(Code.TOO_MANY_ENTRIES_AT_ONCE));
    return this.#engine.inRoom(targetId, end, (room) => room.features.entries.remove(given, force, end));
  }

  #get(targetId: string, deliver: (code: number, entries: ReadonlyMap<string, string>) => void): number {
    const end = (code: number, entries: ReadonlyMap<string, string>) => this.#engine.call(() => deliver(code, entries));
    const fail = (code: number) => end(code, new Map());
    const get = () =>
      this.#engine.inRoom(
        targetId,
        () => fail(Code.DISCONNECTED),
        (room) => room.features.entries.get(end),
      );
    // The room is looked up later, because the app may disconnect before.
    return this.#engine.inRoom(targetId, fail, () => this.#engine.later(get));
  }
}
