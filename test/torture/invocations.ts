import { setTimeout as wait } from 'node:timers/promises';
import type { Invoke, InvokeResult } from '../../lib/local/lambda/invoke.ts';
import { REFUSED_SUB_PROTOCOL_PREFIX } from '../../lib/protocol/handshake.ts';
import type { Faults } from './fault-kinds.ts';
import { LINK_HEADER, type Links } from './links.ts';
import type { Records } from './records.ts';

const LATE_MIN_MS = 1_000;
const LATE_MAX_MS = 25_000;

/** The parts of Lambda's events that matter here. */
interface AnyEvent {
  readonly Records?: readonly { readonly eventSource?: string }[];
  readonly 'detail-type'?: string;
  readonly time?: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly requestContext?: {
    readonly eventType?: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
    readonly connectionId?: string;
    readonly authorizer?: { readonly userId?: string };
    readonly requestTimeEpoch?: number;
    readonly timeEpoch?: number;
  };
}

export interface InvocationsOptions {
  readonly faults: Faults;
  readonly links: Links;
  readonly records: () => Records;
  readonly random: () => number;
}

/** Stands between the services and the functions: writes down what reaches them, and loses, repeats and dates it wrongly. */
export class Invocations {
  /** By the function, how far the clock of its events is ahead, ms. */
  readonly skewMs = new Map<string, number>();
  /** How many of the two schedules still run in this tick. */
  sweepsLeft = 0;
  /** Runs of functions that have not ended. */
  running = 0;
  readonly #o: InvocationsOptions;
  readonly #late = new Set<() => void>();
  readonly #seen = new Set<string>();

  constructor(options: InvocationsOptions) {
    this.#o = options;
  }

  /** The functions that have run so far. */
  get functionIds(): readonly string[] {
    return [...this.#seen];
  }

  readonly around =
    (invoke: Invoke): Invoke =>
    async (functionId, event, requestId) => {
      const handle = this.#handleBy((id, changed) => invoke(id, changed, requestId));
      this.running += 1;
      try {
        return await handle(functionId, event);
      } finally {
        this.running -= 1;
      }
    };

  readonly #handleBy =
    (invoke: Invoke): Invoke =>
    async (functionId, event) => {
      this.#seen.add(functionId);
      const skewed = withSkew(event as AnyEvent, this.skewMs.get(functionId) ?? 0);
      if (skewed['detail-type'] === 'Scheduled Event') return this.#sweep(() => invoke(functionId, skewed));
      if (skewed.Records?.[0]?.eventSource === 'aws:dynamodb') return this.#batch(() => invoke(functionId, skewed));
      const { requestContext: context } = skewed;
      if (skewed.type === 'REQUEST' || context?.eventType === undefined) return invoke(functionId, skewed);
      if (context.eventType === 'CONNECT') return this.#connect(skewed, () => invoke(functionId, skewed));
      const connectionId = context.connectionId ?? '';
      if (context.eventType === 'MESSAGE') this.#o.records().heard(connectionId);
      else this.#o.records().disconnected(connectionId);
      return invoke(functionId, skewed);
    };

  /** How the gateway delivers a `$disconnect`. */
  readonly disconnectDelivery = async (deliver: () => Promise<void>): Promise<void> => {
    const { faults } = this.#o;
    if (faults.take('disconnect-lost')) return;
    if (faults.take('disconnect-late')) await this.#delay();
    else if (faults.take('disconnect-doubled')) await Promise.all([deliver(), deliver()]);
    await deliver();
  };

  /** Delivers at once what is late. */
  hurry(): void {
    for (const end of this.#late) end();
  }

  async #delay(): Promise<void> {
    const delayMs = LATE_MIN_MS + this.#o.random() * (LATE_MAX_MS - LATE_MIN_MS);
    const abort = new AbortController();
    const end = () => abort.abort();
    this.#late.add(end);
    await wait(delayMs, undefined, { signal: abort.signal }).catch(() => undefined);
    this.#late.delete(end);
  }

  async #connect(event: AnyEvent, invoke: () => Promise<InvokeResult>): Promise<InvokeResult> {
    const result = await invoke();
    const { authorizer, connectionId = '' } = event.requestContext ?? {};
    if (!result.ok || !isAccepted(result.payload)) return result;
    const { platform = 'mobile', instance = '' } = event.queryStringParameters ?? {};
    const records = this.#o.records();
    records.opened(authorizer?.userId ?? '', platform, connectionId, instance);
    const link = this.#o.links.get(event.headers?.[LINK_HEADER] ?? '');
    if (link === undefined) records.lost(connectionId);
    else link.connectionId = connectionId;
    return result;
  }

  async #sweep(invoke: () => Promise<InvokeResult>): Promise<InvokeResult> {
    if (this.sweepsLeft === 0) return { ok: true, payload: null };
    this.sweepsLeft -= 1;
    return invoke();
  }

  async #batch(invoke: () => Promise<InvokeResult>): Promise<InvokeResult> {
    const result = await invoke();
    return this.#o.faults.take('batch-repeated') ? invoke() : result;
  }
}

function isAccepted(payload: unknown): boolean {
  const { statusCode, headers = {} } = payload as {
    readonly statusCode?: number;
    readonly headers?: Readonly<Record<string, string>>;
  };
  const protocol = Object.entries(headers).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol')?.[1];
  return statusCode === 200 && protocol?.startsWith(REFUSED_SUB_PROTOCOL_PREFIX) !== true;
}

/** The same event from a host whose clock is wrong. */
function withSkew(event: AnyEvent, skewMs: number): AnyEvent {
  if (skewMs === 0) return event;
  const { requestContext: context, time } = event;
  if (time !== undefined) return { ...event, time: new Date(Date.parse(time) + skewMs).toISOString() };
  if (context === undefined) return event;
  const { requestTimeEpoch, timeEpoch } = context;
  const times = {
    ...(requestTimeEpoch === undefined ? {} : { requestTimeEpoch: requestTimeEpoch + skewMs }),
    ...(timeEpoch === undefined ? {} : { timeEpoch: timeEpoch + skewMs }),
  };
  return { ...event, requestContext: { ...context, ...times } };
}
