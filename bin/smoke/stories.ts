import { setTimeout as wait } from 'node:timers/promises';
import type { DeploymentSettings } from '../../lib/domain/settings.ts';
import type { PlayStage } from '../scenario/play-stage.ts';
import {
  afterGrace,
  allowlisted,
  blocked,
  goOffline,
  leaving,
  openScene,
  type Scene,
  silent,
  thirtyFirstMessage,
} from '../scenario/plays.ts';
import type { TimeLine } from '../scenario/time-line.ts';
import type { Names } from './names.ts';

const COUNTDOWN_MS = 10_000;

/** What the stories are played with. */
export interface Stories {
  readonly stage: PlayStage;
  readonly line: TimeLine;
  readonly names: Names;
  readonly settings: DeploymentSettings;
  /** Leaves out what waits for the grace. */
  readonly isQuick: boolean;
}

/** Plays all ways in which a membership ends, and those in which it does not; throws at the first that differs. */
export async function playStories(stories: Stories): Promise<void> {
  const { stage, line, settings, isQuick } = stories;
  const open = (name: string, users: [string, string]) => openScene(stage, line, stories.names.room(name), users);
  const waiting = isQuick ? undefined : await openWaiting(stories, open);
  await thirtyFirstMessage(await open('a-31st', ['alice', 'bob']));
  await blocked(await open('c-block', ['erin', 'frank']));
  await leaving(await open('d-leave', ['grace', 'heidi']));
  if (settings.maxAllowlistedUsers > 0) await allowlisted(await open('f-allowlist', ['ivan', 'judy']));
  if (waiting === undefined) return;
  await waitOut(line, waiting.offlineAtMs + settings.offlineGraceMs);
  await silent(waiting.quiet);
  await afterGrace(waiting.grace);
}

async function openWaiting(
  { stage, settings }: Stories,
  open: (name: string, users: [string, string]) => Promise<Scene>,
): Promise<{ readonly quiet: Scene; readonly grace: Scene; readonly offlineAtMs: number }> {
  const quiet = await open('e-silent', ['kim', 'liam']);
  const grace = await open('b-grace', ['carol', 'dave']);
  if (settings.realTimeKickOut) {
    for (const { room } of [quiet, grace]) {
      await stage.appServer.call('/chatroom/realtime/set.json', { chatroomId: room, realTime: '0' });
    }
  }
  await goOffline(quiet);
  return { quiet, grace, offlineAtMs: await goOffline(grace) };
}

async function waitOut(line: TimeLine, untilMs: number): Promise<void> {
  for (;;) {
    const restMs = untilMs + 1 - Date.now();
    if (restMs <= 0) return;
    line.note('countdown', `${Math.ceil(restMs / 1000)} s until the grace is over`);
    await wait(Math.min(restMs, COUNTDOWN_MS));
  }
}
