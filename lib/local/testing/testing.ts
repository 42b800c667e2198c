import type { DisconnectDelivery, WebSocketLimits } from '../gateway/websocket/websocket-options.ts';
import type { UsedGrant } from '../iam/iam.ts';
import type { AsyncDelivery } from '../invocations/async-queue.ts';
import type { Invoke } from '../lambda/invoke.ts';
import type { EnvironmentReport } from '../lambda/lambda-environment.ts';
import type { CrashTime } from '../lambda/lambda-pool.ts';
import type { QueueView } from './queue-view.ts';

/** How a test changes what AWS does. Without these options the stack behaves like AWS. */
export interface TestingOptions {
  /** Smaller frames and messages, shorter idle and life times. */
  readonly limits?: Partial<WebSocketLimits> | undefined;
  /** Loses, delays or repeats `$disconnect`. */
  readonly disconnectDelivery?: DisconnectDelivery | undefined;
  /** Loses, delays or repeats the events of asynchronous invocations. */
  readonly asyncDelivery?: AsyncDelivery | undefined;
  /** With `manual` a schedule runs only when `fireSchedules` is called. */
  readonly schedules?: 'timer' | 'manual' | undefined;
  /** Wraps every invocation of a function: it observes, repeats, delays or loses events, or changes their times. */
  readonly aroundInvoke?: ((invoke: Invoke) => Invoke) | undefined;
  /** Gets the port of the WebSocket API and returns the port at which functions find its `@connections`. */
  readonly connectionsPort?: ((webSocketPort: number) => Promise<number>) | undefined;
}

/** What only tests and measurements do with a running stack. */
export interface Testing {
  /**
   * Resolves when every stream record has been handled or given up, every visible message has been handled once and
   * every asynchronous invocation has run once, with all the work that follows from them. Waiting retries of streams run
   * immediately; of unlimited retries it waits for ten. Waiting retries of asynchronous invocations go on waiting, unless
   * they wait for a free environment.
   */
  drain(): Promise<void>;
  /** Runs the waiting retries of asynchronous invocations immediately, each once; then drains. */
  runAsyncRetries(): Promise<void>;
  /** Runs all schedules as if it were that time. */
  fireSchedules(atMs: number): Promise<void>;
  /**
   * Kills the environment of a function's next event, `before` its handler runs, or `after` it has returned and before
   * the caller gets the result. The function is named by logical id, construct path or function name. Each further
   * call kills the environment of the event after.
   */
  crash(functionId: string, when: CrashTime): void;
  /** A queue, by its logical id, name or ARN. */
  queue(id: string): QueueView;
  /** Destroys the socket of a connection without a close frame, as a network failure does. */
  forceClose(connectionId: string): void;
  /** The open connections of the WebSocket API. */
  connectionIds(): string[];
  /** The grants that the functions used, and Lambda on their behalf. */
  usedGrants(): UsedGrant[];
  /** The figures of every environment since the start. */
  environments(): EnvironmentReport[];
  /** The processes of the stack that run now. */
  pids(): number[];
}
