import { expect, it } from 'vitest';
import { check } from './checker.ts';
import { scenes } from './scenes.ts';
import { systemOf } from './system.ts';

const MAX_STATES = 400_000;
const small = scenes.filter(({ name }) => ['a first join', 'a resume'].includes(name));

it.each(small)('$name: no order of its steps breaks a rule', (scene) => {
  const { found, isComplete } = check(
    systemOf(scene, () => true),
    { maxStates: MAX_STATES },
  );
  expect(found).toBeUndefined();
  expect(isComplete).toBe(true);
});
