import { account } from '../base/account.ts';
import { errorOf, type Invoke } from '../lambda/invoke.ts';
import type { LocalSchedule } from '../template/local-schedule.ts';

/** The schedules of a stack. */
export interface Schedules {
  /** Runs all schedules as if it were that time. */
  fireAll(atMs: number): Promise<void>;
  close(): void;
}

/** How to run the schedules. */
export interface SchedulesOptions {
  readonly schedules: readonly LocalSchedule[];
  readonly invoke: Invoke;
  readonly now: () => number;
  readonly randomId: () => string;
  /** With `manual` a schedule runs only when `fireAll` is called. */
  readonly mode: 'timer' | 'manual';
  readonly log: (line: string) => void;
}

const scheduledEvent = (schedule: LocalSchedule, atMs: number, id: string): unknown => ({
  version: '0',
  id,
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: account.accountId,
  // EventBridge writes whole seconds.
  time: `${new Date(atMs).toISOString().slice(0, 19)}Z`,
  region: account.region,
  resources: [schedule.arn],
  detail: {},
});

/** Starts the schedules. */
export function startSchedules(options: SchedulesOptions): Schedules {
  const run = async (schedule: LocalSchedule, atMs: number): Promise<void> => {
    const { functionId, input } = schedule;
    const event = input === undefined ? scheduledEvent(schedule, atMs, options.randomId()) : JSON.parse(input);
    const result = await options.invoke(functionId, event);
    if (!result.ok) options.log(`${schedule.name}: ${errorOf(result)}`);
  };
  const timers =
    options.mode === 'manual'
      ? []
      : options.schedules.map((schedule) => setInterval(() => void run(schedule, options.now()), schedule.everyMs));
  return {
    fireAll: async (atMs) => {
      await Promise.all(options.schedules.map((schedule) => run(schedule, atMs)));
    },
    close: () => timers.forEach(clearInterval),
  };
}
