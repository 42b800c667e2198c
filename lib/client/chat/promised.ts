import { Code } from '../../protocol/codes.ts';
import { ChatError } from './chat-error.ts';

/** The part of an AbortSignal that the client uses. */
export interface ChatSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** What every call takes. */
export interface CallOptions {
  /** Aborted: the call rejects at once with the reason of the signal, and is undone as far as it can be. */
  readonly signal?: ChatSignal | undefined;
}

/** A call of the core. */
export interface Call<Value> {
  /** For the error: unable to … */
  readonly what: string;
  readonly signal: ChatSignal | undefined;
  readonly clientMessageId?: string;
  begin(end: (code: number, value: Value, retryAfterMs?: number) => void): void;
  undo(): void;
}

/** The outcome of a call as a promise. */
export function promised<Value>({ what, signal, clientMessageId, begin, undo }: Call<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      undo();
      reject(signal?.reason);
    };
    if (signal?.aborted) return reject(signal.reason);
    signal?.addEventListener('abort', abort);
    begin((code, value, retryAfterMs) => {
      signal?.removeEventListener('abort', abort);
      if (code === Code.OK) resolve(value);
      else reject(new ChatError(what, code, clientMessageId, retryAfterMs));
    });
  });
}
