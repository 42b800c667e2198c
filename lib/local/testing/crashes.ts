import type { CrashTime, TakeCrash } from '../lambda/lambda-pool.ts';

/** The crashes that a test has planned. */
export interface Crashes {
  /** Plans a crash for the next event of a function; each further call plans one for the event after. */
  plan(functionId: string, when: CrashTime): void;
  readonly take: TakeCrash;
}

/** Creates the plan, empty. */
export function createCrashes(): Crashes {
  const planned = new Map<string, CrashTime[]>();
  return {
    plan: (functionId, when) => {
      planned.set(functionId, [...(planned.get(functionId) ?? []), when]);
    },
    take: (functionId) => planned.get(functionId)?.shift(),
  };
}
