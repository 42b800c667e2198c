import { describe, expect, it } from 'vitest';
import { endpoints } from '../../lib/server-api/endpoints.ts';
import type { HttpRequest } from '../../lib/server-api/http.ts';
import { serve } from '../server-api/api-caller.ts';
import { signedCall } from '../server-api/signed-call.ts';
import { type ApiCall, apiCalls, bodyOf } from './api-calls.ts';
import { callers } from './callers.ts';
import { expectedSignatures, signatureSettings } from './expected-signatures.ts';
import { readMatrix } from './matrix.ts';
import { roomStates } from './room-states.ts';
import { createScene, type Scene } from './scene.ts';
import { signers } from './signatures.ts';
import { differences } from './table-rows.ts';

type Settings = Parameters<typeof createScene>[0];

async function setScene(roomName: string, settings: Settings): Promise<Scene> {
  const [state, room] = [callers['online member'], roomStates[roomName]];
  if (!state || !room) throw new Error(`unable to set the scene; nothing makes ${roomName}`);
  const scene = createScene({ ...room.settings, ...settings });
  await room.before(scene);
  if (!room.absent) await state.make(scene, await scene.furnish());
  await room.after(scene);
  await scene.settle();
  await scene.must('/user/getToken.json', { userId: 'ann', name: 'A' });
  scene.pass(1000);
  return scene;
}

const scenes = new Map<string, Promise<Scene>>();
/** The cells of one state share a scene, and each leaves its table as it was. */
function sceneOf(roomName: string, settingsName: string): Promise<Scene> {
  const name = `${roomName}, ${settingsName}`;
  const scene = scenes.get(name) ?? setScene(roomName, signatureSettings[settingsName] ?? {});
  scenes.set(name, scene);
  return scene;
}

const HTTP_STATUS: Readonly<Record<string, number>> = {
  200: 200,
  1001: 401,
  1004: 401,
  1007: 405,
  1002: 400,
  1015: 400,
};

async function checkAnswer(scene: Scene, request: HttpRequest, code: number): Promise<readonly string[]> {
  const before = scene.rows();
  const { statusCode, body } = await serve(scene.deps, request);
  const changed = differences(before, scene.rows());
  expect({ statusCode, code: body.code }).toEqual({ statusCode: HTTP_STATUS[code], code });
  expect(scene.faults).toEqual([]);
  return changed;
}

/** A page of a list records where the next one begins. */
const isRecord = (change: string) => /^(CALLS|PAGES)#/.test(change);
const isNonce = (change: string) => change.startsWith('NONCE#');

describe('the matrix of calls', () => {
  it('has every endpoint, and a right call for it', () => {
    expect(apiCalls.map(({ path }) => path).sort()).toEqual(endpoints.map(({ path }) => path).sort());
  });
});

const columns = ['existing', 'kept', 'absent', 'ended', 'recreated'] as const;
const statesOf: Readonly<Record<(typeof columns)[number], readonly string[]>> = {
  existing: ['existing', 'muted', 'in slow mode', 'full', 'without distribution'],
  kept: ['kept past its end'],
  absent: ['absent'],
  ended: ['destroyed', 'expired'],
  recreated: ['destroyed and recreated'],
};
const roomCells = columns.flatMap((column) =>
  statesOf[column].flatMap((state) =>
    apiCalls.map((call) => [`${state}: ${call.path} is ${call[column]}`, state, call, call[column]] as const),
  ),
);

describe('what a call answers for a room', () => {
  it.each(roomCells)('%s', async (_title, state, call, code) => {
    const scene = await sceneOf(state, 'default');
    const before = scene.rows();
    const request = signedCall(call.path, bodyOf(call, scene.state.names));
    const changed = await checkAnswer(scene, request, code).finally(() => scene.restore(before));
    // A right signature is counted.
    if (code !== 200 || call.effect === 'reads') expect(changed.filter((one) => !isRecord(one))).toEqual([]);
  });
});

const signatureCells = readMatrix(expectedSignatures).flatMap(({ row, column, expected }) =>
  apiCalls.map((call) => [`${row}, ${column}: ${call.path} is ${expected}`, row, column, call, +expected] as const),
);

const callOf = (path: string): ApiCall => {
  const found = apiCalls.find((call) => call.path === path);
  if (found === undefined) throw new Error(`unable to call ${path}; the table has no such row`);
  return found;
};

describe('who may call', () => {
  it.each(signatureCells)('%s', async (_title, row, settings, call, code) => {
    const scene = await sceneOf('existing', settings);
    const start = scene.rows();
    const { names } = scene.state;
    const made = signers[row]?.({ path: call.path, body: bodyOf(call, names), nowMs: scene.clock.nowMs });
    if (made === undefined) throw new Error(`unable to sign; nothing makes ${row}`);
    if (call.undoes !== undefined) await scene.must(call.undoes, bodyOf(callOf(call.undoes), names));
    if (made.earlier !== undefined) await serve(scene.deps, made.earlier);
    const changed = await checkAnswer(scene, made.request, code).finally(() => scene.restore(start));
    // Only what was signed right is counted, and uses its nonce.
    if (code === 1007) expect(changed.filter((one) => !isNonce(one))).toEqual([]);
    else if (code !== 200) expect(changed).toEqual([]);
    const effects = changed.filter((one) => !isRecord(one) && !isNonce(one));
    if (code === 200 && call.effect === 'reads') expect(effects).toEqual([]);
    if (code === 200 && call.effect === 'writes') expect(effects).not.toEqual([]);
  });
});
