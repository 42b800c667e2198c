import { type Command, codeOf } from '../../bin/deployment/run-command.ts';
import type { Ended } from './run-script.ts';

/** Runs a command in this process, with no environment but `env`. */
export async function runHere(command: Command, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  const printed = { stdout: '', stderr: '' };
  const printTo = (stream: keyof typeof printed) => (text: string) => {
    printed[stream] += `${text}\n`;
  };
  const code = await codeOf(command, { args, env, print: printTo('stdout'), printError: printTo('stderr') });
  return { code, ...printed };
}
