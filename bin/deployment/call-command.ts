import { parseArgs } from 'node:util';
import { endpoints } from '../../lib/server-api/endpoints.ts';
import { bodyOf, readCall } from './read-call.ts';
import { type CommandInput, FAILED, readingOptions } from './run-command.ts';
import { signedCall } from './signed-call.ts';
import { findTarget, type TargetOptions, targetFlags, targetHelp } from './target.ts';
import { UsageError } from './usage-error.ts';

const help = `npm run -s call -- [options] <path> [name=value ...]    one signed call of the server API

  npm run -s call -- /chatroom/get.json chatroomId=room1

A list is the same name several times. The answer's JSON is printed to the output, its HTTP status to the error output.
Without options the call goes to the deployment that npm start runs on this machine; these name another one:

${targetHelp}
  --paths            list the paths; with a path, its parameters
  --help             this text

Ends with 0 if the call was served, 1 if it was refused or failed, 2 if the command was called the wrong way.`;

const { url: _, ...ofTarget } = targetFlags;
const flags = {
  ...ofTarget,
  paths: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** `npm run call` */
export async function callCommand(input: CommandInput): Promise<number> {
  const read = () => parseArgs({ args: [...input.args], options: flags, allowPositionals: true });
  const { values, positionals } = readingOptions(read);
  const { help: asksHelp, paths: asksPaths, ...target } = values;
  const [path, ...parameters] = positionals;
  if (asksHelp) input.print(help);
  else if (asksPaths) input.print(listPaths(path));
  else if (path === undefined) throw new UsageError('unable to call; the path is missing (--help shows an example)');
  else return call(path, parameters, target, input);
  return 0;
}

async function call(
  path: string,
  parameters: readonly string[],
  options: TargetOptions,
  { env, print, printError }: CommandInput,
): Promise<number> {
  const prepared = readCall(path, parameters);
  const { status, text } = await signedCall(await findTarget(options, env), bodyOf(prepared));
  printError(`HTTP ${status}`);
  print(indented(text));
  return status === 200 ? 0 : FAILED;
}

function listPaths(asked: string | undefined): string {
  if (asked === undefined) return endpoints.map(({ path }) => path).join('\n');
  const found = endpoints.find(({ path }) => path === asked);
  if (found === undefined) throw new UsageError(`unable to list ${asked}; there is no such path`);
  const parameters = Object.entries(found.fields).map(
    ([name, { required, about, rule }]) => `  ${required ? name : `[${name}]`}  ${about}: ${rule}`,
  );
  return [found.path, found.about, ...parameters].join('\n');
}

/** What does not come from Doorman, such as an answer of API Gateway, may not be JSON. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
