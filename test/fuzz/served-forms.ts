import { endpoints } from '../../lib/server-api/endpoints.ts';
import { type Form, readForm, readJsonForm } from '../../lib/server-api/form.ts';
import { ApiCode, RefusedCall } from '../../lib/server-api/refused-call.ts';
import { serveServerApi } from '../../lib/server-api/serve.ts';
import { createScene, type Scene } from '../authorization/scene.ts';
import { differences } from '../authorization/table-rows.ts';
import { apiDeps } from '../server-api/api-caller.ts';
import { signedCall } from '../server-api/signed-call.ts';
import type { Verdict } from './check-parser.ts';
import { drawsOf } from './draw.ts';
import { callText } from './form-inputs.ts';
import type { Inputs } from './kinds.ts';

/** Reading is cheap, serving is not: this many inputs are read for one that is served too. */
const READ_FOR_ONE_SERVED = 50;
const codes: ReadonlySet<unknown> = new Set(Object.values(ApiCode));

const partsOf = (input: string): readonly [path: string, bytes: Uint8Array] => {
  const at = input.indexOf(' ');
  return [input.slice(0, at), Buffer.from(input.slice(at + 1), 'latin1')];
};

/** Calls of the server API, right and bent: all are read, and one in fifty is served to a table in memory. */
export async function servedForms(seed: number, readForOneServed = READ_FOR_ONE_SERVED): Promise<Inputs> {
  const scene = createScene({});
  await scene.furnish();
  await scene.enter('ann', { platform: 'mobile', instance: 'ann_1' });
  await scene.settle();
  const rows = scene.rows();
  let calls = 0;
  const check = async (input: string): Promise<Verdict> => {
    const [path, bytes] = partsOf(input);
    const read = checkRead(path, bytes);
    calls += 1;
    if (calls % readForOneServed !== 0) return `read: ${read}`;
    try {
      scene.pass(1000);
      return `served: ${await checkServed(scene, path, bytes)}`;
    } finally {
      scene.restore(rows);
    }
  };
  return { inputAt: (index) => callText(drawsOf(seed, index), scene.state.names), check };
}

/** @throws Error that says what does not hold of reading the body */
function checkRead(path: string, bytes: Uint8Array): Verdict {
  const found = endpoints.find((one) => one.path === path);
  if (found === undefined) return 'no such path';
  let form: Form;
  try {
    form = found.body === 'json' ? readJsonForm(bytes) : readForm(bytes);
  } catch (fault) {
    return refusalOf(fault);
  }
  const again = readForm(Buffer.from(formText(form)));
  if (!isSame(form, again)) throw new Error('an accepted form is another one when it is sent again');
  try {
    for (const [name, field] of Object.entries(found.fields)) field.read(name, form);
  } catch (fault) {
    return refusalOf(fault);
  }
  return 'accepted';
}

function refusalOf(fault: unknown): Verdict {
  if (!(fault instanceof RefusedCall)) throw new Error('reading a form throws', { cause: fault });
  if (fault.code !== ApiCode.BAD_PARAMETER && fault.code !== ApiCode.TOO_LONG) {
    throw new Error(`reading a form refuses with ${fault.code}`);
  }
  return `${fault.code}`;
}

/** A name of JSON that no form can have is not one of a parameter: the call ignores it. */
const sendable = (form: Form) =>
  [...form].filter(([name, values]) => values.length > 0 && !/[\ud800-\udfff]/u.test(name));

const formText = (form: Form): string =>
  sendable(form)
    .flatMap(([name, values]) => values.map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`))
    .join('&');

const isSame = (one: Form, other: Form): boolean => JSON.stringify(sendable(one)) === JSON.stringify([...other]);

/** @throws Error that says what does not hold of the answer */
async function checkServed(scene: Scene, path: string, bytes: Uint8Array): Promise<Verdict> {
  const before = scene.rows();
  const request = { ...signedCall(path, ''), bodyBytes: bytes };
  const { statusCode, body } = await serveServerApi(apiDeps(scene.deps), request);
  const fault = scene.faults.shift();
  if (fault !== undefined) throw new Error('a call causes a fault', { cause: fault });
  const answered = JSON.parse(body) as Readonly<Record<string, unknown>>;
  const { code, errorMessage, done, messageUIDs } = answered;
  if (!codes.has(code) || code === ApiCode.INTERNAL) throw new Error(`a call is answered with ${code}`);
  if ((statusCode === 200) !== (code === ApiCode.OK)) throw new Error(`${code} is answered with HTTP ${statusCode}`);
  if (code === ApiCode.OK) return '200';
  if (typeof errorMessage !== 'string' || errorMessage === '') throw new Error('an error says nothing');
  // Of several things that a call does, an error lists those that were done.
  const isInPart = done !== undefined || messageUIDs !== undefined;
  const changed = isInPart ? [] : differences(before, scene.rows()).filter((one) => !one.startsWith('CALLS#'));
  if (changed.length > 0) throw new Error(`a call that is refused with ${code} changes ${changed.join(', ')}`);
  return `${code}`;
}
