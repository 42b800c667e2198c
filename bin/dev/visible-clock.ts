import { createMovedClock, type MovedClock } from '../moved-clock.ts';

/** The deployment's clock, which says in the terminal when the console has moved it. */
export function createVisibleClock(): MovedClock {
  const clock = createMovedClock(Date.now);
  const moveAhead = (ms: number): void => {
    clock.moveAhead(ms);
    const aheadSec = Math.round((clock.now() - Date.now()) / 1000);
    console.log(`The console has moved the clock of the deployment: it is ${aheadSec} s ahead.`);
  };
  return { ...clock, moveAhead };
}
