import { defaultSettings } from '../lib/domain/settings.ts';
import { connectReads } from './connect-reads.ts';
import { documentSection, toTable } from './document-section.ts';
import { type Act, HOSTILE_ACTS, type Refused, sendOf } from './hostile-acts.ts';
import { HostileRoom, ROOM_MEMBERS, type Taken } from './hostile-room.ts';
import { withTable } from './measured-deps.ts';
import { invocationsUsd, messagesUsd, readsUsd, writesUsd } from './prices.ts';

/** API Gateway's stage takes so many frames in a second, and an account so many new connections. */
const FRAMES_PER_SEC = defaultSettings.socketRequestsPerSec;
const CONNECTS_PER_SEC = 500;
const HOUR_SEC = 3600;
/** What a Lambda is taken to be billed for; only AWS can say. */
const FRAME_MS = 10;
/** 64 posts are under way at once, each taken for so long. */
const POST_MS = 10;
const POSTS_IN_FLIGHT = 64;
/** Messages that are there to be read. */
const MESSAGES = 200;
const BEAT_SEC = 20;

interface Measured {
  readonly act: Act;
  readonly accepted: Taken;
  readonly refused: Refused;
}

/** Dollars in an hour of one user. */
interface Hour {
  readonly name: string;
  readonly accepted: Taken;
  readonly perHour: number;
  readonly beforeUsd: number;
  readonly afterUsd: number;
}

async function measure(endpoint: string): Promise<readonly Measured[]> {
  const room = new HostileRoom(endpoint);
  await room.fill();
  for (let sent = 0; sent < MESSAGES; sent += 1) {
    room.pass(1000);
    await room.frame(sendOf(room));
  }
  const found: Measured[] = [];
  for (const act of HOSTILE_ACTS)
    found.push({ act, accepted: await act.accepted(room), refused: await act.refused(room) });
  return found;
}

const whole = (count: number): string => Math.round(count).toLocaleString('en');
const short = (count: number): string => String(Math.round(count * 10) / 10);
const dollars = (usd: number): string => `$${usd.toFixed(2)}`;
const isFrame = ({ name }: Act): boolean => name !== 'connect';
const readUnits = ({ units }: Taken): number => units.readUnits + units.listReadUnits;

/** How many of it one user gets through in an hour. */
function perHourOf({ setting }: Act): number {
  if (setting === undefined) return HOUR_SEC / BEAT_SEC;
  return Number(defaultSettings[setting]) * (setting === 'sendsPerSecond' ? HOUR_SEC : 60);
}

function limitOf({ setting }: Act): string {
  if (setting === undefined) return `one in ${BEAT_SEC} s is written`;
  return `${defaultSettings[setting]} a ${setting === 'sendsPerSecond' ? 'second' : 'minute'} (\`${setting}\`)`;
}

/** One frame and its answer, if it has one; connecting is charged by Lambda alone. */
function usdOf({ name }: Act, taken: Taken, lambdas: number): number {
  const { units, posts } = taken;
  const messages = name === 'connect' ? 0 : name === 'beat' ? 1 : 2;
  const lambdaMs = FRAME_MS + (posts / POSTS_IN_FLIGHT) * POST_MS;
  return (
    messagesUsd(messages + posts) +
    invocationsUsd(1, lambdaMs) +
    invocationsUsd(lambdas - 1, FRAME_MS) +
    writesUsd(units.writeUnits) +
    readsUsd(readUnits(taken))
  );
}

function hourOf({ act, accepted, refused }: Measured): Hour {
  const most = (isFrame(act) ? FRAMES_PER_SEC : CONNECTS_PER_SEC) * HOUR_SEC;
  const perHour = perHourOf(act);
  const acceptedUsd = usdOf(act, accepted, act.lambdas ?? 1);
  // The authorizer is there for a refused connection too.
  const refusedUsd = usdOf(act, refused.taken, isFrame(act) ? 1 : 2);
  const afterUsd = perHour * acceptedUsd + (most - perHour) * refusedUsd;
  return { name: act.name, accepted, perHour, beforeUsd: most * acceptedUsd, afterUsd };
}

const refusals = (found: readonly Measured[]): string =>
  toTable(
    ['action', 'limit of a user', 'code', 'writes of a refused one', 'its read units'],
    found.map(({ act, refused: { code, taken } }) => [
      act.name,
      limitOf(act),
      isFrame(act) ? (code === 0 ? 'none' : code) : `HTTP ${code}`,
      short(taken.units.writes),
      short(readUnits(taken)),
    ]),
  );

const hours = (all: readonly Hour[]): string =>
  toTable(
    ['action', 'an hour', 'posts of each', 'write units', 'read units', 'without limits', 'with them'],
    all.map(({ name, accepted, perHour, beforeUsd, afterUsd }) => [
      ...[name, whole(perHour), whole(accepted.posts), short(accepted.units.writeUnits), short(readUnits(accepted))],
      ...[dollars(beforeUsd), dollars(afterUsd)],
    ]),
  );

async function main(): Promise<void> {
  const found = await withTable(measure);
  const all = found.map(hourOf);
  const text = `${refusals(found)}

The dearest hour of one user in a room of ${whole(ROOM_MEMBERS)} at list prices of us-east-1: what the limit lets through, and
refused frames up to the ${whole(FRAMES_PER_SEC)} a second of the stage (${CONNECTS_PER_SEC} connections a second of the account), each with its
answer. A Lambda has 512 MB and is taken to be billed for ${FRAME_MS} ms, and ${POST_MS} ms for each ${POSTS_IN_FLIGHT} posts. Joins and leaves are
those of a deployment that notifies members of them; a new room is made, listed and destroyed; a connection is opened,
closed and checked.

${hours(all)}

${await connectReads()}`;
  console.log(text);
  const [sends, ...others] = all;
  const dearer = others.filter(({ afterUsd }) => afterUsd > (sends?.afterUsd ?? 0));
  await documentSection('data-model.md', 'limits', text);
  if (dearer.length > 0)
    throw new Error(
      `unable to accept the limits; dearer than plain sends: ${dearer.map(({ name }) => name).join(', ')}`,
    );
  console.log('\nNone is dearer than plain sends.');
}

await main();
