import { parseArgs } from 'node:util';
import { readSettings } from '../lib/infra/settings.ts';
import { readPairs } from './deployment/read-pairs.ts';
import { FAILED, readingOptions, runCommand } from './deployment/run-command.ts';
import { findTarget, targetFlags, targetHelp } from './deployment/target.ts';
import { UsageError } from './deployment/usage-error.ts';
import { TimeLine } from './scenario/time-line.ts';
import { untilInterrupted } from './smoke/interruption.ts';
import { randomNames } from './smoke/names.ts';
import { openSmokeStage, type SmokeTarget } from './smoke/smoke-stage.ts';
import { playStories, type Stories } from './smoke/stories.ts';

const help = `npm run -s smoke -- [options]    plays the ways in which a membership ends, in any deployment

  npm run -s smoke -- --url wss://... --server-api https://... --secret-id <SecretName>

It uses rooms and users with random names of its own, and at the end closes the connections, destroys the rooms and
deletes the users, also when a step fails or when it is interrupted. Without options it plays in the deployment that npm
start runs on this machine; these name another one:

  --url URL          its WebSocket: the output WebSocketUrl
${targetHelp}
  --set name=value   a setting of the deployment that is not the default; may be repeated
  --quick            leave out the two stories that wait until offlineGraceMs is over
  --help             this text

Ends with 0 if all went as it should, 1 if a step failed, 2 if the command was called the wrong way, and 130 or 143 if
it was interrupted.`;

const flags = {
  ...targetFlags,
  set: { type: 'string', multiple: true, default: [] as string[] },
  quick: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

async function main(args: readonly string[]): Promise<number> {
  const { values } = readingOptions(() => parseArgs({ args: [...args], options: flags }));
  const { set, quick, help: asksHelp, ...ofTarget } = values;
  if (asksHelp) {
    console.log(help);
    return 0;
  }
  const chosen = readPairs('--set ', set);
  readSettingsOf(chosen);
  const found = await findTarget(ofTarget, process.env);
  const { webSocketUrl } = found;
  if (webSocketUrl === undefined) throw new UsageError('unable to connect; --url is missing');
  const settings = readSettingsOf({ ...found.settings, ...chosen });
  return smoke({ ...found, webSocketUrl }, settings, quick);
}

function readSettingsOf(chosen: Readonly<Record<string, string>>): Stories['settings'] {
  try {
    return readSettings(chosen);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function smoke(target: SmokeTarget, settings: Stories['settings'], isQuick: boolean): Promise<number> {
  const names = randomNames();
  const line = new TimeLine(Date.now, (text) => text.replaceAll(`${names.prefix}-`, ''));
  console.log(`Playing at ${target.serverApiUrl}; ${names.prefix}- is left out before the names of rooms and users.`);
  const stage = openSmokeStage(target, names, settings);
  await stage.checkServer();
  const played = playStories({ stage, line, names, settings, isQuick }).then(() => 0);
  const outcome = await Promise.race([played, untilInterrupted()]).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    return FAILED;
  });
  // What is still under way fails when its connection ends.
  played.catch(() => undefined);
  await stage.cleanUp();
  console.log(`Cleaned up: ${names.rooms.length} rooms, ${names.users.length} users.`);
  if (outcome === 0) console.log(`All ${line.checks} steps went as they should.`);
  return outcome;
}

runCommand(main);
