import { afterAll, beforeAll, expect, it } from 'vitest';
import { blocked, offlineFor30, offlineFor31, token, tokenAlone } from './acts-of-absence.ts';
import { hanging, joining, leaving, sending, sent, slowLeave, slowSend } from './acts-of-calls.ts';
import {
  dead,
  deaf,
  hole,
  mute,
  refused,
  restart,
  slow,
  switchNetwork as switching,
  twoDevices,
} from './acts-of-links.ts';
import { Deployment } from './deployment.ts';
import { type Scenario, type ScenarioName, scenarios } from './scenarios.ts';
import { Stage } from './stage.ts';

const deployment = new Deployment();

beforeAll(() => deployment.start());

afterAll(() => deployment.close());

const acts: Readonly<Record<ScenarioName, (stage: Stage) => Promise<void>>> = {
  ...{ sending, sent, joining, leaving, 'slow-send': slowSend, 'slow-leave': slowLeave, hanging },
  ...{ dead, mute, deaf, refused, restart, switch: switching, slow, hole, 'two-devices': twoDevices },
  ...{ 'offline-30': offlineFor30, 'offline-31': offlineFor31, blocked, token, 'token-alone': tokenAlone },
};

/** Where Ann is no member in the end. */
const ENDS_OUTSIDE: readonly ScenarioName[] = ['leaving', 'slow-leave', 'blocked'];

/** What a device saw, with the time where the scenario says it. */
function seenBy({ sights }: Stage['ann'], expected: readonly string[]): readonly string[] {
  const lines = sights.all.filter(({ what }) => !what.includes('"end of '));
  return lines.map(({ atMs, what }, index) =>
    /^\d+ s: /.test(expected[index] ?? '') ? `${Math.floor(atMs / 1000)} s: ${what}` : what,
  );
}

it.each(Object.entries<Scenario>(scenarios))('%s', async (name, { sees, otherSees }) => {
  const stage = new Stage(name as ScenarioName, deployment);
  try {
    await acts[stage.room](stage);
    await stage.settle(!ENDS_OUTSIDE.includes(stage.room));
    expect(seenBy(stage.ann, sees)).toEqual(sees);
    const heard = seenBy(stage.bob, otherSees).filter((line) => !line.startsWith('callback onMessageSent'));
    expect(heard).toEqual(otherSees);
  } finally {
    await stage.close();
  }
});

it('no function lacked a grant', () => {
  expect(deployment.denials).toEqual([]);
});
