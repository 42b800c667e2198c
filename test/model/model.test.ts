import { expect, it } from 'vitest';
import { check } from './checker.ts';
import { guardNames, sceneOf } from './guards.ts';
import { scenes } from './scenes.ts';
import { systemOf } from './system.ts';

const MAX_STATES = 2_000_000;
/** `npm run model` visits all scenes. */
const small = scenes.filter(({ isSmall }) => isSmall);

it.each(small)(
  '$name: no order of the steps breaks a rule',
  (scene) => {
    const { found, isComplete } = check(
      systemOf(scene, () => true),
      { maxStates: MAX_STATES },
    );
    expect(found).toBeUndefined();
    expect(isComplete).toBe(true);
  },
  120_000,
);

it.each(guardNames)(
  '%s: without that guard a rule breaks',
  (name) => {
    const scene = scenes.find((one) => one.name === sceneOf[name]);
    if (scene === undefined) throw new Error(`unable to find the scene ${sceneOf[name]}`);
    expect(
      check(
        systemOf(scene, (guard) => guard !== name),
        { maxStates: MAX_STATES },
      ).found,
    ).toBeDefined();
  },
  120_000,
);
