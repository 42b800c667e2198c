import { UsageError } from './usage-error.ts';

/** Exit codes besides 0: something failed, or the command was called the wrong way. */
export const [FAILED, BAD_USAGE] = [1, 2];

/** Runs a command and ends the process with the code that it returns; an error is one line. */
export function runCommand(command: (args: readonly string[]) => Promise<number>): void {
  command(process.argv.slice(2)).then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : String(error));
      process.exit(error instanceof UsageError ? BAD_USAGE : FAILED);
    },
  );
}

/** Runs what reads options; its errors are the caller's mistakes. */
export function readingOptions<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const [why] = error instanceof Error ? error.message.split('. ') : [];
    throw new UsageError(`unable to read the options; ${why} (--help lists them)`);
  }
}
