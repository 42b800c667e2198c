import { parseArgs } from 'node:util';
import { readSettings } from '../../lib/infra/settings.ts';
import { readPairs } from '../deployment/read-pairs.ts';
import { type CommandInput, FAILED, readingOptions } from '../deployment/run-command.ts';
import { findTarget, type Target, targetFlags, targetHelp } from '../deployment/target.ts';
import { UsageError } from '../deployment/usage-error.ts';
import { TimeLine } from '../scenario/time-line.ts';
import { untilInterrupted } from './interruption.ts';
import { randomNames } from './names.ts';
import { openSmokeStage } from './smoke-stage.ts';
import { playStories, type Stories } from './stories.ts';

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

/** `npm run smoke` */
export async function smokeCommand(input: CommandInput): Promise<number> {
  const { values } = readingOptions(() => parseArgs({ args: [...input.args], options: flags }));
  const { set, quick, help: asksHelp, ...ofTarget } = values;
  if (asksHelp) {
    input.print(help);
    return 0;
  }
  const chosen = readPairs('--set ', set);
  readSettingsOf(chosen);
  const { url, 'server-api': serverApi } = ofTarget;
  if (serverApi !== undefined && url === undefined) throw new UsageError('unable to connect; --url is missing');
  const found = await findTarget(ofTarget, input.env);
  return smoke(found, readSettingsOf({ ...found.settings, ...chosen }), quick, input);
}

function readSettingsOf(chosen: Parameters<typeof readSettings>[0]): Stories['settings'] {
  try {
    return readSettings(chosen);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function smoke(
  target: Target,
  settings: Stories['settings'],
  isQuick: boolean,
  { print, printError }: CommandInput,
): Promise<number> {
  const names = randomNames();
  const line = new TimeLine(Date.now, (text) => text.replaceAll(`${names.prefix}-`, ''));
  print(`Playing at ${target.serverApiUrl}; ${names.prefix}- is left out before the names of rooms and users.`);
  const stage = openSmokeStage(target, names, settings);
  await stage.checkServer();
  const played = playStories({ stage, line, names, settings, isQuick }).then(() => 0);
  const outcome = await Promise.race([played, untilInterrupted()]).catch((error: unknown) => {
    printError(error instanceof Error ? error.message : String(error));
    return FAILED;
  });
  // What is still under way fails when its connection ends.
  played.catch(() => undefined);
  await stage.cleanUp();
  print(`Cleaned up: ${names.rooms.length} rooms, ${names.users.length} users.`);
  if (outcome === 0) print(`All ${line.checks} steps went as they should.`);
  return outcome;
}
