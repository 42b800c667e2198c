import type { RoomId } from '../../lib/protocol/ids.ts';
import type { RoomStore } from '../../lib/store/room-store.ts';
import type { Deps } from '../../lib/usecases/deps.ts';

/** A call of the store that steps of other jobs may come before or after. */
export interface Step {
  readonly name: keyof RoomStore;
  /** The row that it reads or writes. */
  readonly row: string;
  readonly writes: boolean;
}

/** What the calls with these names touch; all other calls are let through. */
export type Touches = Partial<Record<keyof RoomStore, (...values: never[]) => Omit<Step, 'name'>>>;

/** What joins and leaves over one connection share: its row, and the user's row in each room. */
export const JOIN_TOUCHES: Touches = {
  addConnectionRoom: () => ({ row: 'connection', writes: true }),
  getConnection: () => ({ row: 'connection', writes: false }),
  removeConnectionRoom: () => ({ row: 'connection', writes: true }),
  getMember: (room: RoomId) => ({ row: room, writes: false }),
  putMember: ({ roomId }: { roomId: RoomId }) => ({ row: roomId, writes: true }),
  deleteMember: ({ roomId }: { roomId: RoomId }) => ({ row: roomId, writes: true }),
};

/** One of several jobs on one store; it waits before each of its steps. */
export interface Job {
  /** undefined = it is done. */
  readonly next: () => Step | undefined;
  /** Runs the next step, and on to the one after it. */
  readonly go: () => Promise<void>;
}

/** Begins a job, up to its first step. The job must not take two steps at once. */
export async function beginJob(deps: Deps, touches: Touches, run: (deps: Deps) => Promise<unknown>): Promise<Job> {
  let next: Step | undefined;
  let proceed = () => {};
  let paused = () => {};
  let failed: (fault: unknown) => void = () => {};
  const untilPaused = (start: () => void) =>
    new Promise<void>((resolve, reject) => {
      [paused, failed] = [resolve, reject];
      start();
    });
  const gated = Object.entries(touches).map(([key, touch]) => {
    const name = key as keyof RoomStore;
    const call = deps.store[name] as (...values: never[]) => unknown;
    const gate = async (...values: never[]) => {
      await new Promise<void>((resolve) => {
        [next, proceed] = [{ name, ...touch(...values) }, resolve];
        paused();
      });
      return call(...values);
    };
    return [name, gate];
  });
  const ended = () => {
    next = undefined;
    paused();
  };
  const own = { ...deps, store: { ...deps.store, ...Object.fromEntries(gated) } };
  await untilPaused(() => void run(own).then(ended, (fault) => failed(fault)));
  return { next: () => next, go: () => untilPaused(() => proceed()) };
}

const areApart = (one: Step, two: Step) => one.row !== two.row || !(one.writes || two.writes);

/**
 * Who may go on. Orders that differ only in independent steps are equivalent, so one of them is enough: the one in which
 * the first job's steps come first. `before`: the last step, if it was the second job's.
 */
function turns(one: Step | undefined, two: Step | undefined, before: Step | undefined): readonly (0 | 1)[] {
  if (one === undefined) return two === undefined ? [] : [1];
  if (two === undefined) return [0];
  return before !== undefined && areApart(before, one) ? [1] : [0, 1];
}

/** Plays two jobs to their ends; `choose` says which one goes on where both can. */
export async function playBoth(
  jobs: readonly [Job, Job],
  choose: () => 0 | 1,
  stepped: (which: 0 | 1, step: Step | undefined) => void,
): Promise<void> {
  let before: Step | undefined;
  for (;;) {
    const steps = [jobs[0].next(), jobs[1].next()] as const;
    const [only, other] = turns(...steps, before);
    if (only === undefined) return;
    const which = other === undefined ? only : choose();
    stepped(which, steps[which]);
    before = which === 1 ? steps[1] : undefined;
    await jobs[which].go();
  }
}

/** Calls `play` once for each way to choose. Returns the number of ways. */
export async function inEveryWay(play: (choose: () => 0 | 1) => Promise<void>): Promise<number> {
  let plan: (0 | 1)[] = [];
  for (let played = 1; ; played += 1) {
    let made = 0;
    await play(() => {
      const choice = plan[made] ?? 0;
      plan[made] = choice;
      made += 1;
      return choice;
    });
    const last = plan.slice(0, made).lastIndexOf(0);
    if (last < 0) return played;
    plan = [...plan.slice(0, last), 1];
  }
}
