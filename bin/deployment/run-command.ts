import { UsageError } from './usage-error.ts';

/** Exit codes besides 0: something failed, or the command was called the wrong way. */
export const [FAILED, BAD_USAGE] = [1, 2];

/** What a command is run with. */
export interface CommandInput {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
}

/** Returns the exit code; an error is one line. */
export type Command = (input: CommandInput) => Promise<number>;

/** The exit code of a command, also of one that throws. */
export async function codeOf(command: Command, input: CommandInput): Promise<number> {
  try {
    return await command(input);
  } catch (error) {
    input.printError(error instanceof Error ? error.message : String(error));
    return error instanceof UsageError ? BAD_USAGE : FAILED;
  }
}

/** Runs a command as this process, and ends it. */
export async function runCommand(command: Command): Promise<void> {
  const [print, printError] = [(text: string) => console.log(text), (text: string) => console.error(text)];
  process.exit(await codeOf(command, { args: process.argv.slice(2), env: process.env, print, printError }));
}

/** Runs what reads options; its errors are the caller's mistakes. */
export function readingOptions<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const [why] = error instanceof Error ? error.message.split('. ') : [];
    throw new UsageError(`unable to read the options; ${why} (--help lists them)`);
  }
}
