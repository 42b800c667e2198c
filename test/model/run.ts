import { parseArgs } from 'node:util';
import { check } from './checker.ts';
import { scenes } from './scenes.ts';
import { systemOf } from './system.ts';

const { values } = parseArgs({
  options: { guard: { type: 'string' }, scene: { type: 'string' }, large: { type: 'boolean', default: false } },
});
for (const scene of scenes) {
  if (values.scene !== undefined && scene.name !== values.scene) continue;
  const from = Date.now();
  const chosen = values.large ? { ...scene, total: scene.total + 1 } : scene;
  const { states, transitions, depth, isComplete, found } = check(
    systemOf(chosen, (guard) => guard !== values.guard),
    { maxStates: 12_000_000 },
  );
  console.log(
    `${scene.name}: ${states} states, ${transitions} transitions, depth ${depth}, ${isComplete ? 'complete' : 'stopped'}, ${Date.now() - from} ms`,
  );
  if (found === undefined) continue;
  console.log(`${found.rule}: ${found.why}`);
  for (const [index, text] of found.story.entries()) console.log(`  ${index + 1}. ${text}`);
}
