import type { TokenProvider } from '../core/deps.ts';
import { isText } from './arguments.ts';
import type { RCIMIWConnectCallback } from './callbacks.ts';
import type { EngineContext } from './engine-context.ts';
import { RCIMIWConnectionStatus, RCIMIWErrorCode } from './types.ts';

/** RongCloud's calls that connect and disconnect. */
export class ConnectionCalls {
  readonly #engine: EngineContext;

  constructor(engine: EngineContext) {
    this.#engine = engine;
  }

  /**
   * Connects and stays connected. token: or a function that fetches one, which is called whenever the engine needs a
   * fresh one. timeout in seconds; <= 0 = try until it works or the server refuses for good.
   */
  async connect(token: string | TokenProvider, timeout: number, callback?: RCIMIWConnectCallback): Promise<number> {
    if ((typeof token !== 'function' && !isText(token)) || !Number.isFinite(timeout))
      return RCIMIWErrorCode.PARAM_ERROR;
    this.#engine.core.connect(token, timeout, (code, userId) =>
      this.#engine.call(() => {
        if (callback) callback.onConnected?.(code, userId);
        else this.#engine.listeners.connected?.(code, userId);
      }),
    );
    return RCIMIWErrorCode.SUCCESS;
  }

  /** Ends the connection. The rooms are resumed by a later `connect` of the same user. */
  async disconnect(receivePush: boolean): Promise<number> {
    const { UNCONNECTED, SIGN_OUT } = RCIMIWConnectionStatus;
    this.#engine.disconnectAs(receivePush ? UNCONNECTED : SIGN_OUT);
    return RCIMIWErrorCode.SUCCESS;
  }

  async destroy(): Promise<number> {
    this.#engine.destroy();
    return RCIMIWErrorCode.SUCCESS;
  }
}
