import type { PushFrame } from '../protocol/push-frames.ts';

/** 'gone' is proof that the connection is gone; 'failed' proves nothing. */
export type PostResult = 'ok' | 'gone' | 'failed';

/** The way to clients' connections. Never rejects; retries within its own budget what a retry may mend. */
export interface Push {
  post(connectionId: string, frame: PushFrame): Promise<PostResult>;
  /** Closes the connection; does nothing where it is gone already. */
  close(connectionId: string): Promise<void>;
}
