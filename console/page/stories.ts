import { ordinal, seconds } from './model/explain.ts';
import { isGone } from './model/presence.ts';
import type { StoryStage } from './story-stage.ts';

/** A story that one click plays. It resolves to how it ended, in one sentence. */
export interface Story {
  readonly id: string;
  readonly title: (rules: StoryStage['rules']) => string;
  readonly play: (stage: StoryStage) => Promise<string>;
}

const GOES = 'ann';
const STAYS = 'ben';

/** Runs of the sweep, as the schedule makes them. */
export const SWEEP_EVERY_MS = 60_000;
/** The longest that the real-time service takes. */
const REAL_TIME_MAX_MS = 300_000;

async function open(stage: StoryStage): Promise<void> {
  stage.say(`${GOES} and ${STAYS} join a new room`);
  await stage.openRoom([GOES, STAYS]);
  await stage.send(STAYS, 'welcome');
}

async function lose(stage: StoryStage): Promise<void> {
  stage.say(`${GOES} loses the connection`);
  await stage.disconnect(GOES);
}

async function sendMany(stage: StoryStage, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    stage.say(`${STAYS} sends message ${number} of ${count}`);
    await stage.send(STAYS, `number ${number}`);
  }
}

/** Checks with the server, which applies the rule to its rows. */
async function expectMember(stage: StoryStage, isMember: boolean): Promise<void> {
  if ((await stage.isMember(GOES)) === isMember) return;
  throw new Error(`unable to go on; the server says that ${GOES} is ${isMember ? 'no' : 'still a'} member`);
}

const untilGone = (stage: StoryStage) =>
  stage.until(({ room }) => isGone(room.members.get(GOES)?.presence ?? 'removed'));

async function messages(stage: StoryStage): Promise<string> {
  const { offlineMessageLimit: limit } = stage.rules;
  await open(stage);
  await lose(stage);
  await sendMany(stage, limit - 1);
  await expectMember(stage, true);
  stage.say(`${limit - 1} messages, and ${GOES} is still a member; ${STAYS} sends one more`);
  await stage.send(STAYS, `number ${limit}`);
  await expectMember(stage, false);
  await untilGone(stage);
  return `The ${ordinal(limit)} message has evicted ${GOES}.`;
}

async function grace(stage: StoryStage): Promise<string> {
  const { offlineGraceMs } = stage.rules;
  await open(stage);
  await lose(stage);
  await stage.wait(offlineGraceMs, `nobody sends for ${seconds(offlineGraceMs)}`);
  await expectMember(stage, true);
  stage.say(`${GOES} is still a member; ${STAYS} sends one message`);
  await stage.send(STAYS, 'anybody here?');
  await expectMember(stage, false);
  await untilGone(stage);
  return `The first message after ${seconds(offlineGraceMs)} has evicted ${GOES}.`;
}

async function silence(stage: StoryStage): Promise<string> {
  const waitMs = stage.rules.offlineGraceMs * 1.3;
  await open(stage);
  await lose(stage);
  await stage.wait(waitMs, `nobody sends for ${seconds(waitMs)}`);
  await expectMember(stage, true);
  stage.say(`${GOES} reconnects`);
  await stage.reconnect(GOES);
  await expectMember(stage, true);
  return `Nobody sent anything, so ${GOES} stayed a member, and has resumed.`;
}

async function allowlist(stage: StoryStage): Promise<string> {
  const count = stage.rules.offlineMessageLimit + 1;
  await open(stage);
  stage.say(`the server puts ${GOES} on the allowlist`);
  await stage.allowlist(GOES);
  await lose(stage);
  await sendMany(stage, count);
  await expectMember(stage, true);
  stage.say(`${GOES} reconnects`);
  await stage.reconnect(GOES);
  return `${count} messages have not evicted ${GOES}: they are on the allowlist.`;
}

async function realTime(stage: StoryStage): Promise<string> {
  await open(stage);
  stage.say('the server switches the real-time service on for this room');
  await stage.setRealTime();
  await lose(stage);
  stage.say('nobody sends; the clock goes ahead minute by minute, and the sweep runs each time');
  for (let passedMs = 0; passedMs < REAL_TIME_MAX_MS && (await stage.isMember(GOES)); passedMs += SWEEP_EVERY_MS) {
    await stage.pass(SWEEP_EVERY_MS);
    await stage.sweep();
  }
  await expectMember(stage, false);
  await untilGone(stage);
  return `Nobody sent anything; the sweep of the real-time service has evicted ${GOES}.`;
}

export const stories: readonly Story[] = [
  { id: 'messages', title: ({ offlineMessageLimit }) => `${ordinal(offlineMessageLimit)} message`, play: messages },
  { id: 'grace', title: ({ offlineGraceMs }) => `After ${offlineGraceMs / 1000} s`, play: grace },
  { id: 'silence', title: () => 'Silent room', play: silence },
  { id: 'allowlist', title: () => 'Allowlist', play: allowlist },
  { id: 'real-time', title: () => 'Real-time sweep', play: realTime },
];
