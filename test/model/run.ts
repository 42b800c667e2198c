/*
 * `npm run model [-- --large] [--guard part-of-a-name] [--scene name]`: with all guards, every order of the steps of each
 * scene is visited; `--large` lets one thing more happen. With `--guard`, those guards are removed one by one, and the
 * shortest story in which that breaks a rule is printed.
 */

import { parseArgs } from 'node:util';
import { type Checked, check } from './checker.ts';
import { guardNames, sceneOf } from './guards.ts';
import { scenes } from './scenes.ts';
import { type Scene, systemOf } from './system.ts';

const MAX_STATES = 15_000_000;
const { values } = parseArgs({
  options: { guard: { type: 'string' }, scene: { type: 'string' }, large: { type: 'boolean', default: false } },
});

const figures = ({ states, transitions, depth }: Checked): string =>
  `${states} states, ${transitions} transitions, depth ${depth}`;

function printStory({ found }: Checked): void {
  if (found === undefined) return;
  console.log(`  ${found.rule}: ${found.why}`);
  for (const [index, text] of found.story.entries()) console.log(`  ${index + 1}. ${text}`);
}

function checkAll(chosen: readonly Scene[]): void {
  let [states, transitions] = [0, 0];
  for (const scene of chosen) {
    const total = values.large ? scene.total + 1 : scene.total;
    const progress = (seen: number, made: number, depth: number) => {
      if (seen > 200_000) console.error(`  ${scene.name}: depth ${depth}, ${seen} states, ${made} transitions`);
    };
    const checked = check(
      systemOf({ ...scene, total }, () => true),
      { maxStates: MAX_STATES, progress },
    );
    console.log(`${scene.name}: ${figures(checked)}${checked.isComplete ? '' : ', not complete'}`);
    printStory(checked);
    if (!checked.isComplete) process.exitCode = 1;
    states += checked.states;
    transitions += checked.transitions;
  }
  console.log(`${chosen.length} scenes: ${states} states, ${transitions} transitions`);
}

function removeGuards(part: string): void {
  for (const name of guardNames.filter((one) => one.includes(part))) {
    const scene = scenes.find((one) => one.name === sceneOf[name]);
    if (scene === undefined) throw new Error(`unable to find the scene of a guard; there is no ${sceneOf[name]}`);
    const checked = check(
      systemOf(scene, (guard) => guard !== name),
      { maxStates: MAX_STATES },
    );
    console.log(
      `without '${name}', in '${scene.name}': ${checked.found?.story.length ?? 'NO'} steps, ${figures(checked)}`,
    );
    printStory(checked);
    if (checked.found === undefined) process.exitCode = 1;
  }
}

if (values.guard === undefined)
  checkAll(scenes.filter(({ name }) => values.scene === undefined || name === values.scene));
else removeGuards(values.guard);
