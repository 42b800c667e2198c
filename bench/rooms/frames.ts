import { quantile } from '../compare/statistics.ts';
import { fillRoom } from './filled-room.ts';
import { atMost, type Part, type Progress, short } from './report.ts';
import { withSystem } from './system.ts';
import { acceptedOf, delaysOf, talk } from './talk.ts';

const SIZE = 100;
const SENDERS = 50;
const RATES = [1, 10, 40, 150];
const SECONDS = 20;
/** Of a post to the sink. */
const POST_MS = 15;
/** Frames for each delivery at most, at these messages a second. */
const FRAMES_MAX: Readonly<Record<number, number>> = { 40: 0.11, 150: 0.03 };
const ADDED_MAX_MS = 260;
const SMALL = 10;
/** Long beside what a call takes without it, so that calls can be counted by the clock. */
const CALL_MS = 500;

interface Measured {
  readonly perSecond: number;
  /** What the machine accepted: less where it cannot keep up. */
  readonly acceptedPerSecond: number;
  readonly frames: number;
  /** From the acceptance to the last connection, without the post itself, ms. */
  readonly added: readonly number[];
}

const measure = (perSecond: number): Promise<Measured> =>
  withSystem({}, async (system) => {
    const senders = await fillRoom(system, { connections: SIZE, senders: SENDERS });
    const { length: count } = acceptedOf(await talk(system, senders, perSecond, perSecond * SECONDS));
    await system.jobs.idle();
    system.check();
    const added = delaysOf(system).last.map((ms) => Math.max(0, ms - POST_MS));
    const times = [...system.acceptedAtMs.values()];
    const acceptedPerSecond = ((count - 1) * 1000) / (Math.max(...times) - Math.min(...times));
    return { perSecond, acceptedPerSecond, frames: system.sink.posts / (count * SIZE), added };
  });

/** How many calls of the store follow each other, in a quiet room, until a frame is posted and until the answer. */
const depthOf = (): Promise<{ readonly frame: number; readonly answer: number }> =>
  withSystem({ callMs: CALL_MS }, async (system) => {
    const [sender] = await fillRoom(system, { connections: SMALL, senders: 1 });
    if (sender === undefined) throw new Error('unable to send; nobody is in the room');
    const startMs = Date.now();
    const { ms } = await system.send(sender);
    const postedAtMs = (system.sink.reached.get(1)?.firstAtMs ?? 0) - POST_MS;
    await system.jobs.idle();
    return { frame: Math.round((postedAtMs - startMs) / CALL_MS), answer: Math.round((ms - POST_MS) / CALL_MS) };
  });

/** Frames for each message and connection, and what waiting for the window adds. */
export async function measureFrames(progress: Progress): Promise<Part> {
  const depth = await depthOf();
  const measured: Measured[] = [];
  for (const perSecond of RATES) {
    progress(`frames: ${perSecond} messages a second for ${SECONDS} s`);
    measured.push(await measure(perSecond));
  }
  const at40 = measured.find(({ perSecond }) => perSecond === 40);
  return {
    title: `Frames: a room of ${SIZE}; in a quiet one ${depth.frame} calls before a frame, ${depth.answer} before the ack`,
    columns: ['messages a second', 'accepted', 'frames ÷ delivery', 'added p50, ms', 'added p99, ms'],
    rows: measured.map(({ perSecond, acceptedPerSecond, frames, added }) => [
      ...[
        perSecond,
        short(acceptedPerSecond),
        short(frames),
        short(quantile(added, 0.5)),
        short(quantile(added, 0.99)),
      ],
    ]),
    goals: [
      ...measured.flatMap(({ perSecond, frames }) => {
        const most = FRAMES_MAX[perSecond];
        return most === undefined ? [] : [atMost(`frames ÷ delivery at ${perSecond}/s`, frames, most)];
      }),
      atMost('added at 40/s, p99, ms', quantile(at40?.added ?? [], 0.99), ADDED_MAX_MS),
    ],
  };
}
