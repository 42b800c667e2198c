import type { Listeners } from './callbacks.ts';
import type { EngineContext } from './engine-context.ts';

/** RongCloud's listener setters: a new listener replaces the old one, and calling without one removes it. */
export class ListenerSetters {
  readonly #listeners: Listeners;

  constructor({ listeners }: Pick<EngineContext, 'listeners'>) {
    this.#listeners = listeners;
  }

  setOnConnectionStatusChangedListener(listener?: Listeners['connectionStatusChanged']): void {
    this.#listeners.connectionStatusChanged = listener;
  }

  /** The outcome of a `connect` that was called without a callback. */
  setOnConnectedListener(listener?: Listeners['connected']): void {
    this.#listeners.connected = listener;
  }

  /** A `sendMessage` without a callback was accepted; nothing is stored on the device. */
  setOnMessageAttachedListener(listener?: Listeners['messageAttached']): void {
    this.#listeners.messageAttached = listener;
  }

  /**
   * The outcome of a `sendMessage` that was called without a callback, and what became of any message whose call ended
   * with 30003: 0 = it was sent, and the message has its seq. Not called where that stays unknown.
   */
  setOnMessageSentListener(listener?: Listeners['messageSent']): void {
    this.#listeners.messageSent = listener;
  }

  /** The server refused a message: codes 20000 to 29999, before the callback of the send gets the same code. */
  setOnMessageBlockedListener(listener?: Listeners['messageBlocked']): void {
    this.#listeners.messageBlocked = listener;
  }

  setOnMessageReceivedListener(listener?: Listeners['messageReceived']): void {
    this.#listeners.messageReceived = listener;
  }

  setOnChatRoomStatusChangedListener(listener?: Listeners['chatRoomStatusChanged']): void {
    this.#listeners.chatRoomStatusChanged = listener;
  }

  setOnChatRoomMemberChangedListener(listener?: Listeners['chatRoomMemberChanged']): void {
    this.#listeners.chatRoomMemberChanged = listener;
  }

  setOnChatRoomJoiningListener(listener?: Listeners['chatRoomJoining']): void {
    this.#listeners.chatRoomJoining = listener;
  }

  setOnChatRoomJoinedListener(listener?: Listeners['chatRoomJoined']): void {
    this.#listeners.chatRoomJoined = listener;
  }

  setOnChatRoomLeftListener(listener?: Listeners['chatRoomLeft']): void {
    this.#listeners.chatRoomLeft = listener;
  }

  setOnChatRoomMessagesLoadedListener(listener?: Listeners['chatRoomMessagesLoaded']): void {
    this.#listeners.chatRoomMessagesLoaded = listener;
  }

  /** Doorman's own: the outcome of a `getChatRoomInfo` that was called without a callback. */
  setOnChatRoomInfoLoadedListener(listener?: Listeners['chatRoomInfoLoaded']): void {
    this.#listeners.chatRoomInfoLoaded = listener;
  }

  /** The outcome of a `recallMessage` that was called without a callback. */
  setOnMessageRecalledListener(listener?: Listeners['messageRecalled']): void {
    this.#listeners.messageRecalled = listener;
  }

  /** Another user recalled a message of a room; the argument, of type RECALL, replaces it. */
  setOnRemoteMessageRecalledListener(listener?: Listeners['remoteMessageRecalled']): void {
    this.#listeners.remoteMessageRecalled = listener;
  }

  /** The entries of a room are known, after a join or a resume; they were reported as changes before. */
  setOnChatRoomEntriesSyncedListener(listener?: Listeners['chatRoomEntriesSynced']): void {
    this.#listeners.chatRoomEntriesSynced = listener;
  }

  setOnChatRoomEntriesChangedListener(listener?: Listeners['chatRoomEntriesChanged']): void {
    this.#listeners.chatRoomEntriesChanged = listener;
  }

  setOnChatRoomEntryAddedListener(listener?: Listeners['chatRoomEntryAdded']): void {
    this.#listeners.chatRoomEntryAdded = listener;
  }

  setOnChatRoomEntriesAddedListener(listener?: Listeners['chatRoomEntriesAdded']): void {
    this.#listeners.chatRoomEntriesAdded = listener;
  }

  setOnChatRoomEntryLoadedListener(listener?: Listeners['chatRoomEntryLoaded']): void {
    this.#listeners.chatRoomEntryLoaded = listener;
  }

  setOnChatRoomAllEntriesLoadedListener(listener?: Listeners['chatRoomAllEntriesLoaded']): void {
    this.#listeners.chatRoomAllEntriesLoaded = listener;
  }

  setOnChatRoomEntryRemovedListener(listener?: Listeners['chatRoomEntryRemoved']): void {
    this.#listeners.chatRoomEntryRemoved = listener;
  }

  setOnChatRoomEntriesRemovedListener(listener?: Listeners['chatRoomEntriesRemoved']): void {
    this.#listeners.chatRoomEntriesRemoved = listener;
  }

  setOnChatRoomNotifyBlockListener(listener?: Listeners['chatRoomNotifyBlock']): void {
    this.#listeners.chatRoomNotifyBlock = listener;
  }

  setOnChatRoomNotifyBanListener(listener?: Listeners['chatRoomNotifyBan']): void {
    this.#listeners.chatRoomNotifyBan = listener;
  }

  /** The user joined or left a room on another device. */
  setOnChatRoomNotifyMultiLoginSyncListener(listener?: Listeners['chatRoomNotifyMultiLoginSync']): void {
    this.#listeners.chatRoomNotifyMultiLoginSync = listener;
  }

  /** Doorman's own: another member signals something fleeting. */
  setOnChatRoomSignalListener(listener?: Listeners['chatRoomSignal']): void {
    this.#listeners.chatRoomSignal = listener;
  }

  /** Doorman's own: the user was removed from a room, and why. After `offline` the engine joins again. */
  setOnChatRoomRemovedListener(listener?: Listeners['chatRoomRemoved']): void {
    this.#listeners.chatRoomRemoved = listener;
  }

  /** Doorman's own: the messages between these two seqs are lost. */
  setOnChatRoomGapListener(listener?: Listeners['chatRoomGap']): void {
    this.#listeners.chatRoomGap = listener;
  }
}
