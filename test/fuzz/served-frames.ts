import { Code } from '../../lib/protocol/codes.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { createScene, type Scene } from '../authorization/scene.ts';
import { differences, type TableRows } from '../authorization/table-rows.ts';
import type { Verdict } from './check-parser.ts';
import { type Draw, drawsOf } from './draw.ts';
import { type FrameNames, frameText } from './frame-inputs.ts';
import type { Inputs } from './kinds.ts';

/** Accepted frames fill the table; it begins again after so many. */
const FRAMES_A_LIFE = 100;
const STEP_MS = 400;
const codes: ReadonlySet<unknown> = new Set(Object.values(Code));

interface Stage {
  readonly scene: Scene;
  readonly names: FrameNames;
  readonly callers: readonly Caller[];
  readonly rows: TableRows;
}

/** A room with two members, and who else may speak: a user who never joined, and a connection that has ended. */
async function openStage(): Promise<Stage> {
  const scene = createScene({});
  const bob = await scene.furnish();
  const ann = await scene.enter('ann', { platform: 'mobile', instance: 'ann_1' });
  const eve = await scene.open('eve', { platform: 'mobile', instance: 'eve_1' });
  const gone = await scene.enter('finn', { platform: 'mobile', instance: 'finn_1' });
  await scene.drop(gone);
  await scene.settle();
  const { room, ownMessageId, othersMessageId, roomEpoch, membership } = scene.state.names;
  const names = {
    rooms: [room, room, `${room}-2`, 'nowhere'],
    messageIds: [ownMessageId, othersMessageId, '1-x'],
    resumes: [{ roomEpoch, membership }],
  };
  return { scene, names, callers: [ann, ann, ann, bob, eve, gone], rows: scene.rows() };
}

/** An input of the run: which connection sends the text. */
const inputOf = (draw: Draw, { names, callers }: Stage): string => `${draw(callers.length)} ${frameText(draw, names)}`;

/** Sends frames through the handler of the deployment, to the store on a table in memory. */
export async function servedFrames(seed: number): Promise<Inputs> {
  const stage = await openStage();
  let served = 0;
  const check = async (input: string): Promise<Verdict> => {
    served += 1;
    if (served % FRAMES_A_LIFE === 0) stage.scene.restore(stage.rows);
    stage.scene.pass(STEP_MS);
    return checkServed(stage, input);
  };
  return { inputAt: (index) => inputOf(drawsOf(seed, index), stage), check };
}

/** @throws Error that says what does not hold */
async function checkServed({ scene, callers }: Stage, input: string): Promise<Verdict> {
  const [caller, text] = [callers[Number.parseInt(input, 10)] ?? callers[0], input.slice(input.indexOf(' ') + 1)];
  if (caller === undefined) throw new Error('unable to send; nobody is there');
  const before = scene.rows();
  const answered = await scene.frame(caller, text);
  const fault = scene.faults.shift();
  if (fault !== undefined) throw new Error('a frame causes a fault', { cause: fault });
  if (answered === undefined) return 'no answer';
  const { event, id, code } = answered;
  if (event !== 'answer' || typeof id !== 'string') throw new Error('an answer is of no request');
  if (!codes.has(code) || code === Code.UNKNOWN) throw new Error(`an answer has the code ${code}`);
  const isDone = code === Code.OK || code === Code.ENTRIES_DONE_IN_PART;
  const changed = isDone ? [] : differences(before, scene.rows()).filter((one) => !isSignOfLife(one));
  if (changed.length > 0) throw new Error(`a frame that is refused with ${code} changes ${changed.join(', ')}`);
  return `${code}`;
}

const isSignOfLife = (change: string): boolean => /^USER#\S+ CONNECTION#\S+ \.leaseUntilMs$/.test(change);
