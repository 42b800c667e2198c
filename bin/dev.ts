import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { settingNames } from '../lib/domain/settings.ts';
import { readSettings } from '../lib/infra/settings.ts';
import { awsQuotas } from '../lib/local/quotas/account-quotas.ts';
import { readPairs } from './deployment/read-pairs.ts';
import { readingOptions } from './deployment/run-command.ts';
import { watchEnding } from './dev/ending.ts';
import { removeOwnInfo, writeInfo } from './dev/info-file.ts';
import { isWorthShowing } from './dev/log-lines.ts';
import { synthesizeApart } from './dev/synthesis.ts';
import { createVisibleClock } from './dev/visible-clock.ts';
import type { MovedClock } from './moved-clock.ts';
import { consoleDeployment, startConsole } from './start-console.ts';
import { type LocalDeployment, startLocal } from './start-local.ts';
import { infoFileOf } from './work-folder.ts';

const help = `npm start -- [options]    runs the whole deployment on this machine

  --port N           port of the WebSocket API; the server API and the console take the next two
                     (default 3000; 0: free ones)
  --data DIR         keep rooms and the app secret in this folder (default: in memory)
  --set name=value   change a setting (notifyMemberChanges is on here); may be repeated: ${settingNames.join(', ')}
  --verbose          print a line per step, frame, call and run of a Lambda
  --like-aws         enforce what AWS refuses under load: throttles, 429s, concurrent runs, the wait for a Lambda
  --detached         go on when the shell or the terminal that started it ends
  --assembly DIR     run what npm run synth wrote to this folder, with its settings (default: synthesize now)
  --help             this text

DYNAMODB_ENDPOINT=http://… uses a DynamoDB that runs already.
DOORMAN_FOLDER=… is for working files (default: .doorman).`;

/** After the WebSocket API and the server API. */
const CONSOLE_PORT_OFFSET = 2;

/** What does not close by then ends with this process. */
const CLOSE_TIMEOUT_MS = 10_000;

const infoFile = infoFileOf(process.env);

interface DevOptions {
  readonly port: number;
  readonly dataDir: string | undefined;
  readonly settings: Readonly<Record<string, string>>;
  readonly assembly: string | undefined;
  readonly verbose: boolean;
  readonly likeAws: boolean;
  readonly detached: boolean;
  readonly help: boolean;
}

const flags = {
  port: { type: 'string', default: '3000' },
  data: { type: 'string' },
  set: { type: 'string', multiple: true, default: [] as string[] },
  assembly: { type: 'string' },
  verbose: { type: 'boolean', default: false },
  'like-aws': { type: 'boolean', default: false },
  detached: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

function readOptions(args: readonly string[]): DevOptions {
  const { values } = readingOptions(() => parseArgs({ args: [...args], options: flags }));
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_533) {
    throw new Error(`unable to use --port ${values.port}; it must be a whole number from 0 to 65533`);
  }
  return {
    port,
    dataDir: readFolder('data', values.data),
    settings: readPairs('--set ', values.set),
    assembly: readFolder('assembly', values.assembly),
    verbose: values.verbose,
    likeAws: values['like-aws'],
    detached: values.detached,
    help: values.help,
  };
}

function readFolder(option: string, value: string | undefined): string | undefined {
  if (value === '') throw new Error(`unable to use --${option} without a folder; it must look like --${option} DIR`);
  return value === undefined ? undefined : resolve(value);
}

function announce(stack: LocalDeployment, consoleUrl: string): void {
  const { webSocketUrl, serverApiUrl, appKey, appSecret, dynamodbEndpoint, settings } = stack;
  writeInfo(infoFile, { webSocketUrl, serverApiUrl, appKey, appSecret, dynamodbEndpoint, settings });
  console.log(`console      ${consoleUrl}
clients      ${webSocketUrl}
server API   ${serverApiUrl}
app key      ${appKey}, secret ${appSecret}
try          npm run chat -- alice room1, and in another terminal npm run chat -- bob room1
Ctrl-C ends it.`);
}

/** Starts the deployment; most of what happens is shown only to those who ask for it. */
function start(options: DevOptions, now: MovedClock['now']): Promise<LocalDeployment> {
  const { port, settings, dataDir, assembly, verbose, likeAws } = options;
  const show = (line: string): void => console.log(line);
  const ifVerbose = verbose ? show : () => {};
  return startLocal({
    port,
    settings,
    dataDir,
    assembly,
    quotas: likeAws ? awsQuotas : undefined,
    now,
    synthesize: (folder, complete) => synthesizeApart(folder, complete, ifVerbose),
    log: (line) => (verbose || isWorthShowing(line) ? show(line) : undefined),
    trace: verbose ? show : undefined,
    step: (title, tookMs) => ifVerbose(`${title.padEnd(20)} ${Math.round(tookMs)} ms`),
  });
}

async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  if (options.help) {
    console.log(help);
    return;
  }
  if (options.assembly !== undefined && Object.keys(options.settings).length > 0) {
    throw new Error('unable to use --set with --assembly; an assembly has its settings');
  }
  // A setting that is wrong is reported before anything is opened.
  readSettings(options.settings);
  const { asked, askedAgain } = watchEnding(options.detached);
  process.once('exit', () => removeOwnInfo(infoFile));
  await run(options, asked, askedAgain);
}

async function run(options: DevOptions, asked: Promise<void>, askedAgain: Promise<void>): Promise<void> {
  const { port, assembly } = options;
  const clock = createVisibleClock();
  const page = await startConsole(port === 0 ? 0 : port + CONSOLE_PORT_OFFSET, clock.now, (line) => console.log(line));
  // Joins and removals are what one wants to see here; what is set stays, as does an operator's own webhook.
  const shown = assembly === undefined ? { notifyMemberChanges: 'true', webhookUrl: page.webhookUrl } : {};
  const settings = { ...shown, ...options.settings };
  const stack = await Promise.race([start({ ...options, settings }, clock.now), asked]);
  // Nothing serves yet, so there is nothing to wait for: what has started ends with this process.
  if (stack === undefined) return;
  page.show(consoleDeployment(stack, { ...settings, ...stack.settings }, page, clock));
  announce(stack, page.url);
  const lost = await Promise.race([stack.lost, asked]);
  await Promise.race([Promise.all([page.close(), stack.close()]), askedAgain, wait(CLOSE_TIMEOUT_MS)]);
  if (lost !== undefined) throw new Error(lost);
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
