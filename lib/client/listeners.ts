import type { Listeners, Timers } from './types.ts';

/** RongCloud's listener setters: a new listener replaces the old, nothing removes it. */
export class ListenerSetters {
  protected readonly listeners: Listeners = {};
  readonly #timers: Timers;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  setOnConnectionStatusChangedListener(listener?: Listeners['connectionStatusChanged']): void {
    this.listeners.connectionStatusChanged = listener;
  }

  setOnMessageReceivedListener(listener?: Listeners['messageReceived']): void {
    this.listeners.messageReceived = listener;
  }

  setOnChatRoomStatusChangedListener(listener?: Listeners['chatRoomStatusChanged']): void {
    this.listeners.chatRoomStatusChanged = listener;
  }

  setOnChatRoomMemberChangedListener(listener?: Listeners['chatRoomMemberChanged']): void {
    this.listeners.chatRoomMemberChanged = listener;
  }

  setOnChatRoomJoiningListener(listener?: Listeners['chatRoomJoining']): void {
    this.listeners.chatRoomJoining = listener;
  }

  setOnChatRoomJoinedListener(listener?: Listeners['chatRoomJoined']): void {
    this.listeners.chatRoomJoined = listener;
  }

  setOnChatRoomLeftListener(listener?: Listeners['chatRoomLeft']): void {
    this.listeners.chatRoomLeft = listener;
  }

  setOnChatRoomMessagesLoadedListener(listener?: Listeners['chatRoomMessagesLoaded']): void {
    this.listeners.chatRoomMessagesLoaded = listener;
  }

  /** Doorman's own: a membership of his was ended, and why. After `offline` the engine joins again by itself. */
  setOnChatRoomRemovedListener(listener?: Listeners['chatRoomRemoved']): void {
    this.listeners.chatRoomRemoved = listener;
  }

  /** Doorman's own: the messages between these two seqs can no longer be had. */
  setOnChatRoomGapListener(listener?: Listeners['chatRoomGap']): void {
    this.listeners.chatRoomGap = listener;
  }

  /** Calls the app. What it throws must not stop the engine half-way; it surfaces on its own, unhandled as it is. */
  protected call(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#timers.setTimeout(() => {
        throw error;
      }, 0);
    }
  }
}
