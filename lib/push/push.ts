import type { PushFrame } from '../protocol/frames.ts';

/** 'gone' is proof that the connection is gone; 'failed' proves nothing. */
export type PostResult = 'ok' | 'gone' | 'failed';

/** Posts to connections. Never rejects; retries what is worth retrying within its own budget. */
export interface Push {
  post(connectionId: string, frame: PushFrame): Promise<PostResult>;
  /** Closes the socket; silent when it is gone already. */
  close(connectionId: string): Promise<void>;
}
