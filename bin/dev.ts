import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { settingNames } from '../lib/domain/settings.ts';
import { readSettings } from '../lib/infra/settings.ts';
import { createMovedClock, type MovedClock } from './moved-clock.ts';
import { consoleDeployment, startConsole } from './start-console.ts';
import { type LocalDeployment, startLocal } from './start-local.ts';

const help = `npm start -- [options]    runs the whole deployment on this machine

  --port N           port of the WebSocket API; the server API and the console take the next two
                     (default 3000; 0: free ones)
  --data DIR         keep rooms and the app secret in this folder (default: in memory)
  --set name=value   change a setting (notifyMemberChanges is on here); may be repeated: ${settingNames.join(', ')}
  --help             this text

DYNAMODB_ENDPOINT=http://… uses a DynamoDB that runs already.`;

/** After the WebSocket API and the server API. */
const CONSOLE_PORT_OFFSET = 2;

const infoFile = join(import.meta.dirname, '..', '.doorman', 'local.json');

interface DevOptions {
  readonly port: number;
  readonly dataDir: string | undefined;
  readonly settings: Readonly<Record<string, string>>;
  readonly help: boolean;
}

const flags = {
  port: { type: 'string', default: '3000' },
  data: { type: 'string' },
  set: { type: 'string', multiple: true, default: [] as string[] },
  help: { type: 'boolean', default: false },
} as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags }).values;
  } catch (error) {
    const [why] = error instanceof Error ? error.message.split('. ') : [];
    throw new Error(`unable to read the options; ${why} (--help lists them)`);
  }
}

function readOptions(args: readonly string[]): DevOptions {
  const values = parse(args);
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_533) {
    throw new Error(`unable to use --port ${values.port}; it must be a whole number from 0 to 65533`);
  }
  const settings = values.set.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new Error(`unable to use --set ${pair}; it must look like name=value`);
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return {
    port,
    dataDir: values.data === undefined ? undefined : resolve(values.data),
    settings: Object.fromEntries(settings),
    help: values.help,
  };
}

function announce(stack: LocalDeployment, consoleUrl: string): void {
  const { webSocketUrl, serverApiUrl, appKey, appSecret, dynamodbEndpoint } = stack;
  mkdirSync(dirname(infoFile), { recursive: true });
  const info = { webSocketUrl, serverApiUrl, appKey, appSecret, dynamodbEndpoint, pid: process.pid };
  writeFileSync(infoFile, `${JSON.stringify(info, null, 2)}\n`, { mode: 0o600 });
  console.log(`
Doorman runs.
  console      ${consoleUrl}
  clients      ${webSocketUrl}
  server API   ${serverApiUrl}
  app key      ${appKey}
  app secret   ${appSecret}
  DynamoDB     ${dynamodbEndpoint}

Open the console in a browser, or chat in two other terminals:
  npm run chat -- alice room1
  npm run chat -- bob room1

Ctrl-C ends it.`);
}

/** The deployment's clock, which says in the terminal when the console has moved it. */
function visibleClock(): MovedClock {
  const clock = createMovedClock(Date.now);
  const moveAhead = (ms: number): void => {
    clock.moveAhead(ms);
    const aheadSec = Math.round((clock.now() - Date.now()) / 1000);
    console.log(`The console has moved the clock of the deployment: it is ${aheadSec} s ahead.`);
  };
  return { ...clock, moveAhead };
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  if (options.help) {
    console.log(help);
    return;
  }
  // A setting that is wrong is reported before anything is opened.
  readSettings(options.settings);
  const signal = untilSignal();
  const { port, dataDir } = options;
  const clock = visibleClock();
  const page = await startConsole(port === 0 ? 0 : port + CONSOLE_PORT_OFFSET, clock.now, (line) => console.log(line));
  console.log(`console              ${page.url}`);
  // Joins and removals are what one wants to see here; what is set stays, as does an operator's own webhook.
  const settings = { notifyMemberChanges: true, webhookUrl: page.webhookUrl, ...options.settings };
  const stack = await startLocal({
    port,
    settings,
    dataDir,
    now: clock.now,
    // The metrics are for CloudWatch.
    log: (line) => (line.includes('"CloudWatchMetrics"') ? undefined : console.log(line)),
    step: (title, tookMs) => console.log(`${title.padEnd(20)} ${Math.round(tookMs)} ms`),
  });
  page.show(consoleDeployment(stack, settings, page, clock));
  announce(stack, page.url);
  await signal;
  rmSync(infoFile, { force: true });
  await page.close();
  await stack.close();
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
