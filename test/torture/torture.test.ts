import { afterAll, beforeAll, expect, it } from 'vitest';
import { FAULT_KINDS } from './fault-kinds.ts';
import { emptyTally, runPart, type Tally } from './run.ts';
import { openStage, type Stage } from './stage.ts';

const SEED = 1;
const log: string[] = [];
let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ random: () => 0, log: (line) => log.push(line) });
});

afterAll(() => stage.close());

it('with each kind of fault once, everything comes right, and the checker finds nothing', async () => {
  const stories: string[] = [];
  const tally: Tally = emptyTally(stage.faults.counts);
  const signal = new AbortController().signal;
  const enough = { faults: 'each once' } as const;
  await runPart(1, { stage, seed: SEED, storm: enough, windows: 1, tell: (line) => stories.push(line), signal }, tally);
  expect(tally.stories.map(({ invariant, sentence }) => `${invariant}: ${sentence}`)).toEqual([]);
  expect(FAULT_KINDS.filter((kind) => (stage.faults.counts.get(kind) ?? 0) === 0)).toEqual([]);
  expect(tally.calls.get('send')).toBeGreaterThan(0);
  expect(tally.writes.get('accepted')).toBeGreaterThan(0);
  expect(tally.writes.get('memberWritten')).toBeGreaterThan(0);
  expect(log.filter((line) => /AccessDenied|not authorized/i.test(line))).toEqual([]);
}, 400_000);
