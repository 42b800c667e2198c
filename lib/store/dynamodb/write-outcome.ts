import { StoreFault } from '../room-store.ts';

/** The condition did not hold: this attempt wrote nothing. */
export class ConditionFailed extends Error {
  override readonly name = 'ConditionFailed';
  /** True when an earlier attempt got no answer, so the condition may have failed on our own write. */
  readonly afterRetry: boolean;
  constructor(afterRetry: boolean) {
    super('the condition of a write did not hold');
    this.afterRetry = afterRetry;
  }
}

export const REFUSED = Symbol('refused');

/** The result of the write, or REFUSED if its condition did not hold. */
export async function unlessRefused<T>(write: Promise<T>): Promise<T | typeof REFUSED> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof ConditionFailed) return REFUSED;
    throw error;
  }
}

/**
 * Whether the write was made. If its condition did not hold, it was not, unless an answer was lost before and `isOwn`
 * finds that the condition failed on this very write.
 */
export async function isDone(write: Promise<unknown>, isOwn: () => Promise<boolean>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    return error.afterRetry && isOwn();
  }
}

/** Whether a write that must not be repeated was made; if its answer was lost, the row shows it. */
export async function isDoneOnce(write: Promise<unknown>, isOwn: () => Promise<boolean>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    if (!(error instanceof AnswerLost)) throw error;
    if (await isOwn()) return true;
    throw new StoreFault('unable to find out whether a row was written', { cause: error });
  }
}

/** A write that must not be repeated blindly got no clear answer. */
export class AnswerLost extends Error {
  override readonly name = 'AnswerLost';
}
