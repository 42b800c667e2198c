import { setTimeout as wait } from 'node:timers/promises';
import { defaultSettings } from '../lib/domain/settings.ts';
import {
  afterGrace,
  allowlisted,
  blocked,
  goOffline,
  leaving,
  openScene,
  silent,
  thirtyFirstMessage,
} from './scenario/plays.ts';
import { openStage, type Stage } from './scenario/stage.ts';
import { TimeLine } from './scenario/time-line.ts';

const { offlineGraceMs } = defaultSettings;

async function waitOutGrace(line: TimeLine, sinceMs: number): Promise<void> {
  for (;;) {
    const restMs = sinceMs + offlineGraceMs + 1 - Date.now();
    if (restMs <= 0) return;
    line.note('countdown', `${Math.ceil(restMs / 1000)} s until ${offlineGraceMs / 1000} s offline`);
    await wait(Math.min(restMs, 5_000));
  }
}

async function play(stage: Stage, line: TimeLine): Promise<void> {
  const grace = await openScene(stage, line, 'b-30-seconds', ['carol', 'dave']);
  const quiet = await openScene(stage, line, 'e-silent', ['kim', 'liam']);
  await goOffline(quiet);
  const offlineAtMs = await goOffline(grace);
  await thirtyFirstMessage(await openScene(stage, line, 'a-31st', ['alice', 'bob']));
  await blocked(await openScene(stage, line, 'c-block', ['erin', 'frank']));
  await leaving(await openScene(stage, line, 'd-leave', ['grace', 'heidi']));
  await allowlisted(await openScene(stage, line, 'f-allowlist', ['ivan', 'judy']));
  await waitOutGrace(line, offlineAtMs);
  await silent(quiet);
  await afterGrace(grace);
}

async function main(): Promise<void> {
  console.log('Starting the deployment on this machine.');
  const settings = { notifyMemberChanges: true };
  const stage = await openStage({ settings, log: (text) => console.log(text) });
  try {
    const line = new TimeLine(Date.now, (text) => text);
    await play(stage, line);
    console.log(`\nAll ${line.checks} steps went as they should.`);
  } finally {
    await stage.close();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
