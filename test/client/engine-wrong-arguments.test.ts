import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createEngine } from '../../lib/client/index.ts';
import { useScriptedEngine } from './scripted-engine.ts';

const script = useScriptedEngine();

const wrong: readonly unknown[] = [
  undefined,
  null,
  '',
  'text',
  Number.NaN,
  -7,
  1e300,
  true,
  [],
  {},
  new Map([[1, 2]]),
  Symbol('symbol'),
  () => 0,
  Object.create(null),
];

/** The names of all calls of an app: everything public but the listeners. */
function calls(): string[] {
  const names = Object.keys(createEngine('key', { server: 'ws://127.0.0.1', WebSocket }));
  return names.filter((name) => name !== 'destroy' && !name.startsWith('setOn'));
}

it.each(calls())('%s neither throws nor rejects, whatever it is called with', async (name) => {
  await script.connect();
  const engine = script.engine as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
  for (const first of wrong) {
    for (const second of wrong) {
      const outcome = await engine[name]?.(first, second, second, first, second, first);
      if (!name.startsWith('create')) expect([name, outcome]).toEqual([name, expect.any(Number)]);
    }
  }
});

it('a created message of wrong parts is refused when it is sent', async () => {
  const engine = script.engine as unknown as Record<string, (...given: unknown[]) => Promise<object>>;
  for (const name of calls().filter((each) => each.startsWith('create'))) {
    const made = await engine[name]?.(3, 'r', null, undefined, undefined, undefined);
    expect([name, await script.engine.sendMessage(made ?? {})]).toEqual([name, 1]);
  }
});
