import { createFlowLimit } from './flow-limit.ts';
import { createHttpClient, type HttpAnswer } from './http-client.ts';
import type { Payload } from './payload.ts';
import { createSigner, type SignerOptions } from './sigv4.ts';

export interface SignedTransportOptions extends SignerOptions {
  /** As in `https://abc.execute-api.eu-west-1.amazonaws.com/prod`; without a query. */
  readonly endpoint: string;
  /** How often a request is sent, the first time included. */
  readonly attempts: number;
  /** Requests under way at once. */
  readonly mostInFlight: number;
  /** How long the answer to one attempt may take. */
  readonly timeoutMs: number;
  /** 0 to 1, without 1. */
  readonly random: () => number;
  readonly sleep: (pauseMs: number) => Promise<void>;
}

export interface SignedRequest {
  readonly method: 'POST' | 'DELETE';
  /** What follows the endpoint's path; begins with `/` and is percent-encoded. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Payload;
}

export interface SignedTransport {
  /** The last answer; it is a 429, a 5xx or none (status 0) where no attempt was served. Never rejects. */
  send(request: SignedRequest): Promise<HttpAnswer>;
  /** Ends the sockets. */
  destroy(): void;
}

const IDLE_MS = 10_000;
/** The longest pause: doubles with each attempt, up to the maximum. */
const PAUSE_MS = 100;
const PAUSE_MAX_MS = 2_000;
/** After posts were throttled. */
const HOLD_MS = 2_000;
const LEAST_IN_FLIGHT = 8;

/** Sends requests to one AWS service; each attempt is signed with its own time. */
export function createSignedTransport(options: SignedTransportOptions): SignedTransport {
  const { attempts, mostInFlight, timeoutMs, random, sleep, now } = options;
  const endpoint = new URL(options.endpoint);
  const base = endpoint.pathname.replace(/\/$/, '');
  const sign = createSigner(options);
  const client = createHttpClient({ endpoint, mostSockets: mostInFlight, timeoutMs, idleMs: IDLE_MS, now });
  const limit = createFlowLimit({ most: mostInFlight, least: LEAST_IN_FLIGHT, holdMs: HOLD_MS, now });

  const attempt = async ({ method, path: tail, headers, payload }: SignedRequest): Promise<HttpAnswer> => {
    const path = base + tail;
    const signed = sign({ method, host: endpoint.host, path, headers, bodySha256: payload.sha256 });
    signed['content-length'] = String(payload.byteLength);
    const answer = await client.send({ method, path, headers: signed, body: payload.text });
    if (answer.status === 429) limit.throttled(path);
    else if (!mayMend(answer)) limit.served();
    return answer;
  };
  return {
    send: async (request) => {
      for (let made = 1; ; made += 1) {
        const answer = await limit.run(() => attempt(request));
        if (made === attempts || !mayMend(answer)) return answer;
        await sleep(random() * Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** (made - 1)));
      }
    },
    destroy: client.destroy,
  };
}

/** Whether another attempt may have another answer. */
const mayMend = ({ status }: HttpAnswer): boolean => status === 0 || status === 429 || status >= 500;

/** What went wrong, for the log: nothing of the request and nothing of the answer's content. */
export function toFault({ status, errorType }: HttpAnswer): Error {
  const name = errorType === '' ? '' : ` (${errorType})`;
  return new Error(status === 0 ? `the service cannot be reached${name}` : `the service answered ${status}${name}`);
}
