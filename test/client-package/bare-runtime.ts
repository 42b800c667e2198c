import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { expect, it } from 'vitest';
import { tokenOf } from '../support/token-of.ts';
import { type InstalledClient, projectSource } from './installed-client.ts';

/** Built-ins of V8 that the Hermes of some React Native does not have. */
const missing = `
  for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'Intl', 'WeakRef', 'FinalizationRegistry',
    'AggregateError', 'Iterator', 'escape', 'unescape', 'console']) delete globalThis[name];
  for (const [owner, names] of [
    [Array, ['fromAsync']],
    [Array.prototype, ['at', 'toReversed', 'toSorted', 'toSpliced', 'with']],
    [Map, ['groupBy']],
    [Object, ['groupBy']],
    [Promise, ['any', 'allSettled', 'withResolvers', 'try']],
    [Set.prototype, ['union', 'intersection', 'difference', 'isSubsetOf', 'isSupersetOf', 'isDisjointFrom']],
    [String.prototype, ['at', 'isWellFormed', 'toWellFormed', 'normalize', 'localeCompare']],
  ]) for (const name of names) delete owner[name];
`;

/** What React Native adds to Hermes, of what the SDK uses; `fail` gets what a timer throws. */
const reactNative = (fail: (fault: unknown) => void) => ({
  setTimeout: (run: () => void, delayMs: number) =>
    setTimeout(() => {
      try {
        run();
      } catch (fault) {
        fail(fault);
      }
    }, delayMs),
  clearTimeout,
});

const program = `(async () => {
  const steps = [];
  const report = (step, outcome) => steps.push(step + ' ' + outcome);
  await exports.chat(exports, { server: 'wss://example.com', token, room: 'r', report, WebSocket: exports.EchoingSocket });
  return steps;
})()`;

/** A promise and what rejects it. */
function promiseOf<Value>(): { readonly promise: Promise<Value>; readonly reject: (fault: unknown) => void } {
  let reject: (fault: unknown) => void = () => {};
  const promise = new Promise<Value>((_, settle) => {
    reject = settle;
  });
  return { promise, reject };
}

/** Hermes in React Native has no TextEncoder, URL, crypto, AbortController, structuredClone, document and more. */
export function describeBareRuntime(client: () => InstalledClient): void {
  it('it needs only timers and a WebSocket', async () => {
    const { promise: failed, reject: fail } = promiseOf<never>();
    const token = tokenOf({ sub: 'ann' });
    const context = createContext({ ...reactNative(fail), exports: {}, module: {}, token });
    runInContext(missing, context);
    runInContext(readFileSync(join(client().folder, 'index.cjs'), 'utf8'), context);
    runInContext('exports = module.exports = { ...module.exports };', context);
    for (const name of ['chat.js', 'echoing-socket.js']) {
      const source = await projectSource(name);
      runInContext(source.replace(/^export (async function|class) (\w+)/m, 'exports.$2 = $1 $2'), context);
    }
    const steps: readonly string[] = await Promise.race([runInContext(program, context), failed]);
    expect([...steps]).toEqual([
      ...['connect 0', 'join 0', 'send 0', 'receive hello from the package', 'leave 0', 'destroy 0'],
    ]);
  });
}
