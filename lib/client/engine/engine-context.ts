import { Core, type CoreEvents } from '../core/core.ts';
import type { ClientDeps, Timers } from '../core/deps.ts';
import { EntryFeature } from '../entries/entry-feature.ts';
import { HistoryFeature } from '../history/history-feature.ts';
import { InfoFeature } from '../info/info-feature.ts';
import { RecallFeature } from '../messages/recall-feature.ts';
import type { FeatureMakers } from '../room/feature.ts';
import type { Room } from '../room/room.ts';
import { SignalFeature } from '../signals/signal-feature.ts';
import type { Listeners } from './callbacks.ts';
import { engineStatusOf } from './connection-status.ts';
import { MessageMaker } from './message-maker.ts';
import { entryListeners, reportNotice, reportSync, roomListeners, signalListener } from './room-listeners.ts';
import { RCIMIWConnectionStatus, RCIMIWErrorCode } from './types.ts';

/** What an engine offers of a room: everything. */
export type EngineFeatures = {
  readonly entries: EntryFeature;
  readonly history: HistoryFeature;
  readonly info: InfoFeature;
  readonly recall: RecallFeature;
  readonly signals: SignalFeature;
};

/** What all calls of an engine share: the core with all features, and the app's listeners. */
export class EngineContext {
  readonly listeners: Listeners = {};
  readonly core: Core<EngineFeatures>;
  readonly messages: MessageMaker;
  isDestroyed: boolean = false;
  readonly #timers: Timers;
  #status: RCIMIWConnectionStatus | undefined;
  /** The status of a connection that the app itself closes. */
  #closedAs: RCIMIWConnectionStatus | undefined;

  constructor(deps: ClientDeps) {
    this.#timers = deps.timers;
    this.core = new Core(deps, this.#features(), this.#events());
    this.messages = new MessageMaker(deps.now, this.core.messageIds);
  }

  get userId(): string {
    return this.core.userId;
  }

  /** Calls the app. An error of the app must not stop the engine half-way; it is thrown later, on its own. */
  call(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#timers.setTimeout(() => {
        throw error;
      }, 0);
    }
  }

  /** Runs after this call has returned: the app learns that its call was accepted before it is called back. */
  later(run: () => void): number {
    this.core.later(run);
    return RCIMIWErrorCode.SUCCESS;
  }

  /** Runs in the room; without a connection `end` gets the code. */
  inRoom(targetId: string, end: (code: number) => void, run: (room: Room<EngineFeatures>) => void): number {
    this.core.inRoom(targetId, end, run);
    return RCIMIWErrorCode.SUCCESS;
  }

  disconnectAs(status: RCIMIWConnectionStatus): void {
    this.#closedAs = status;
    this.core.disconnect();
    this.#closedAs = undefined;
  }

  destroy(): void {
    this.isDestroyed = true;
    this.#closedAs = RCIMIWConnectionStatus.SIGN_OUT;
    this.core.destroy();
  }

  #features(): FeatureMakers<EngineFeatures> {
    return {
      entries: (room) => new EntryFeature(room, entryListeners(room.roomId, this)),
      history: (room) => new HistoryFeature(room),
      info: (room) => new InfoFeature(room),
      recall: (room) => new RecallFeature(room),
      signals: (room) => new SignalFeature(room, signalListener(room.roomId, this)),
    };
  }

  #events(): CoreEvents {
    return {
      status: (status, code) => {
        const isOwn = status === 'closed' && this.#closedAs !== undefined;
        this.#statusChanged((isOwn ? this.#closedAs : undefined) ?? engineStatusOf(status, code));
      },
      notice: (notice) => reportNotice(notice, this),
      sync: (sync) => reportSync(sync, this),
      room: (targetId) =>
        roomListeners(targetId, {
          listeners: this.listeners,
          call: (run) => this.call(run),
          toApp: (message) => this.messages.toApp(this.userId, targetId, message),
        }),
    };
  }

  #statusChanged(status: RCIMIWConnectionStatus): void {
    if (status === this.#status) return;
    this.#status = status;
    this.call(() => this.listeners.connectionStatusChanged?.(status));
  }
}
