/** From a server's process. */
export type ServerReport =
  | { readonly kind: 'ready'; readonly url: string; readonly tokens: readonly string[] }
  | { readonly kind: 'failed'; readonly error: string };

/** To it. */
export interface ServerRequest {
  readonly kind: 'close';
}

export const ROOM = 'room-1';

/** The users of a run; each has one connection. */
export const usersOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `user-${index}`);

/** Reports to the parent, and ends when the parent asks for it or is gone. */
export async function serve(
  start: () => Promise<{ url: string; tokens: readonly string[]; close(): Promise<unknown> }>,
): Promise<void> {
  const report = (message: ServerReport) => process.send?.(message);
  try {
    const { close, ...ready } = await start();
    const end = () => void close().finally(() => process.exit(0));
    process.once('message', end);
    process.once('disconnect', end);
    report({ kind: 'ready', ...ready });
  } catch (error) {
    report({ kind: 'failed', error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    process.exitCode = 1;
    process.disconnect?.();
  }
}
