import { depsOf } from '../core/runtime.ts';
import { ConnectionCalls } from './connection-calls.ts';
import { EngineContext } from './engine-context.ts';
import { EntryCalls } from './entry-calls.ts';
import { HistoryCalls } from './history-calls.ts';
import { ListenerSetters } from './listeners.ts';
import { MessageCalls } from './message-calls.ts';
import { MessageForms } from './message-forms.ts';
import { RoomCalls } from './room-calls.ts';
import { type RCIMIWEngineOptions, RCIMIWErrorCode } from './types.ts';

/** The public methods of a class. */
type Calls<Part> = { [Name in keyof Part]: Part[Name] };

let single: { readonly engine: RCIMIWEngine; readonly context: EngineContext } | undefined;

class Engine {
  /** The engine of this process; a new one only after the former one is destroyed. */
  static create(appKey: string, options: RCIMIWEngineOptions = {}): RCIMIWEngine {
    if (single === undefined || single.context.isDestroyed) single = newEngine(appKey, options);
    return single.engine;
  }

  /** Gives the engine the calls of all parts. */
  constructor(context: EngineContext) {
    const refusal = () => (context.isDestroyed ? Promise.resolve(RCIMIWErrorCode.ENGINE_DESTROYED) : undefined);
    for (const Part of [ConnectionCalls, RoomCalls, MessageCalls, HistoryCalls, EntryCalls]) {
      addCalls(this, new Part(context), refusal);
    }
    for (const Part of [ListenerSetters, MessageForms]) addCalls(this, new Part(context), () => undefined);
  }
}

/** The chatroom part of RongCloud's wrapper engine, over Doorman's protocol. Made by its `create` or `createEngine`. */
export type RCIMIWEngine = Engine &
  Calls<ConnectionCalls> &
  Calls<ListenerSetters> &
  Calls<RoomCalls> &
  Calls<MessageForms> &
  Calls<MessageCalls> &
  Calls<HistoryCalls> &
  Calls<EntryCalls>;
export const RCIMIWEngine: typeof Engine = Engine;

/**
 * Creates an engine, independent of any other. An empty app key is not compared with the token's. Throws a
 * `ClientConfigurationError` where the engine could never connect.
 */
export function createEngine(appKey: string, options: RCIMIWEngineOptions = {}): RCIMIWEngine {
  return newEngine(appKey, options).engine;
}

function newEngine(appKey: string, options: RCIMIWEngineOptions) {
  const context = new EngineContext(depsOf(appKey, options.server ?? options.naviServer, options));
  return { engine: new Engine(context) as RCIMIWEngine, context };
}

/** Gives an engine the methods of a part. `refusal`: what a call returns instead. */
function addCalls(engine: object, part: object, refusal: () => unknown): void {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(part)))) {
    const call = (...given: unknown[]) => refusal() ?? value.apply(part, given);
    if (name !== 'constructor') Object.defineProperty(engine, name, { value: call, enumerable: true, writable: true });
  }
}
