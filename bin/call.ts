import { parseArgs } from 'node:util';
import { endpoints } from '../lib/server-api/endpoints.ts';
import { bodyOf, readCall } from './deployment/read-call.ts';
import { FAILED, readingOptions, runCommand } from './deployment/run-command.ts';
import { signedCall } from './deployment/signed-call.ts';
import { findTarget, targetFlags, targetHelp } from './deployment/target.ts';
import { UsageError } from './deployment/usage-error.ts';

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

async function main(args: readonly string[]): Promise<number> {
  const read = () => parseArgs({ args: [...args], options: flags, allowPositionals: true });
  const { values, positionals } = readingOptions(read);
  const { help: asksHelp, paths: asksPaths, ...target } = values;
  const [path, ...parameters] = positionals;
  if (asksHelp) console.log(help);
  else if (asksPaths) listPaths(path);
  else if (path === undefined) throw new UsageError('unable to call; the path is missing (--help shows an example)');
  else return call(path, parameters, target);
  return 0;
}

async function call(path: string, parameters: readonly string[], options: Parameters<typeof findTarget>[0]) {
  const prepared = readCall(path, parameters);
  const { status, text } = await signedCall(await findTarget(options, process.env), bodyOf(prepared));
  console.error(`HTTP ${status}`);
  console.log(indented(text));
  return status === 200 ? 0 : FAILED;
}

function listPaths(path: string | undefined): void {
  const listed = endpoints.filter((each) => path === undefined || each.path === path);
  if (listed.length === 0) throw new UsageError(`unable to list ${path}; there is no such path`);
  for (const each of listed) {
    console.log(each.path);
    if (path === undefined) continue;
    console.log(each.about);
    for (const [name, field] of Object.entries(each.fields)) {
      console.log(`  ${field.required ? name : `[${name}]`}  ${field.about}: ${field.rule}`);
    }
  }
}

/** What does not come from Doorman, such as an answer of API Gateway, may not be JSON. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

runCommand(main);
