import type { PushFrame } from '../protocol/push-frames.ts';

/** 'gone' is proof that the connection is gone; 'failed' proves nothing. */
export type PostResult = 'ok' | 'gone' | 'failed';

/** Posts to connections. Never rejects; retries what is worth retrying within its own budget. */
export interface Push {
  post(connectionId: string, frame: PushFrame): Promise<PostResult>;
  /** Closes the socket; silent when it is gone already. */
  close(connectionId: string): Promise<void>;
  /** When something last came from the client, ms since 1970; undefined = it could not be asked. */
  lastActiveMs(connectionId: string): Promise<number | 'gone' | undefined>;
}
