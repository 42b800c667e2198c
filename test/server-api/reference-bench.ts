import { expect } from 'vitest';
import type { Player } from '../../bin/scenario/player.ts';
import { type Answer, encodeForm, type Form, type ServerApiClient } from '../e2e/server-api-client.ts';
import type { Case } from './reference-cases.ts';
import type { SideCall } from './reference-endpoint.ts';
import { Names } from './reference-names.ts';
import { Watch } from './reference-watch.ts';

const PER_CALL = 100;
const isId = (text: string): boolean => /^[\w+=-]{1,64}$/.test(text);

/** Runs cases against a deployment, each with rooms and users of its own. */
export class Bench {
  readonly #api: ServerApiClient;
  readonly #watch: Watch;
  readonly #settle: () => Promise<void>;
  #cases = 0;

  /** The watcher is connected and a member of the room `lobby`; `settle` resolves when all that follows a call is done. */
  constructor(api: ServerApiClient, watcher: Player, settle: () => Promise<void>) {
    this.#settle = settle;
    this.#api = api;
    this.#watch = new Watch(api, watcher);
  }

  /** Makes the call and holds the answer, and what it has written, against the contract. */
  async run(item: Case): Promise<void> {
    this.#cases += 1;
    const { endpoint, special } = item;
    const names = new Names(this.#cases);
    // What is refused may have no usable values, so what goes around it is about those of the valid form.
    const base = names.form(item.status === 200 ? item.form : endpoint.form, {});
    const all = async (calls: readonly SideCall[]) => this.#callAll(calls, names, base);
    try {
      await this.#prepare(item, names, base);
      if (item.column !== 'room') await all([...(endpoint.before ?? []), ...(special?.before ?? [])]);
      const before = await this.#witness(item, names, base);
      const answer = await this.#call(item, names.form(item.form, {}));
      expectAnswer(item, answer, names);
      await this.#expectWritten(item, before, () => this.#witness(item, names, base));
    } finally {
      await this.#watch.leave();
      for (const { path, form: given } of [...(special?.undo ?? []), ...(endpoint.undo ?? [])]) {
        await this.#api.call(path, names.form(given, base));
      }
    }
  }

  /** Makes the rooms that must exist; the first of them is where the watcher is, if he must be anywhere. */
  async #prepare({ endpoint, special, column, form }: Case, names: Names, base: Form): Promise<void> {
    if (column === 'room') return;
    const { room = '', member, witness } = endpoint;
    const given = names.form(form, {})[room];
    const named = [base[room] ?? [], given ?? [], (special?.rooms ?? []).map((name) => names.text(name))].flat(2);
    const rooms = [...new Set(named.filter(isId))];
    for (let start = 0; start < rooms.length; start += PER_CALL) {
      const some = rooms.slice(start, start + PER_CALL).map((id) => [`chatroom[${id}]`, 'Room'] as const);
      await this.#api.served('/chatroom/create.json', Object.fromEntries(some));
    }
    const [first] = rooms;
    if (first !== undefined && (member === true || typeof witness === 'string')) await this.#watch.enter(first);
  }

  async #callAll(calls: readonly SideCall[], names: Names, base: Form): Promise<void> {
    for (const { path, form, keep } of calls) {
      const body = await this.#api.served(path, names.form(form, base));
      if (keep !== undefined) names.keep(keep.name, String(valueAt(body, keep.at)));
    }
  }

  #witness({ endpoint: { witness } }: Case, names: Names, base: Form): Promise<unknown> {
    if (typeof witness === 'string') return this.#watch.see(witness);
    const queries = (witness ?? []).map(({ path, form }) => this.#api.call(path, names.form(form, base)));
    return Promise.all(queries);
  }

  async #call({ column, endpoint, code }: Case, form: Form): Promise<Answer> {
    const { path, oncePerSecond } = endpoint;
    const headers = this.#api.sign(Date.now());
    if (column === 'method') return this.#api.send({ method: 'GET', path, headers });
    if (column === 'unsigned') {
      const unsigned = { ...headers, Signature: '0'.repeat(40) };
      return this.#api.send({ method: 'POST', path, headers: unsigned, body: encodeForm(form) });
    }
    for (;;) {
      const answer = await this.#api.call(path, form);
      if (oncePerSecond !== true || code === 1008 || answer.body.code !== 1008) return answer;
    }
  }

  async #expectWritten(
    { endpoint, status, column }: Case,
    before: unknown,
    see: () => Promise<unknown>,
  ): Promise<void> {
    if (endpoint.witness === undefined) return;
    // A broadcast goes its own way after the answer.
    if (endpoint.oncePerSecond === true) await this.#settle();
    if (status !== 200 || column === 'room') return expect(await see(), 'what was there before').toEqual(before);
    // What was held back is asked for by the client.
    await expect.poll(see, { timeout: 10_000, message: 'something else than before' }).not.toEqual(before);
  }
}

function expectAnswer({ status, code, column, endpoint }: Case, answer: Answer, names: Names): void {
  if (status !== 200) {
    const body = { code: code ?? expect.any(Number), errorMessage: expect.stringMatching(/./) };
    expect(answer).toMatchObject({ status, body });
    return;
  }
  expect(answer).toMatchObject({ status, body: { code: 200 } });
  if (column === 'success') expect(answer.body).toEqual({ code: 200, ...open(names.answer(endpoint.answer)) });
}

/** A list that ends with `...` may have others. */
function open(answer: unknown): Record<string, unknown> {
  const fields = Object.entries(answer as Record<string, unknown>);
  return Object.fromEntries(
    fields.map(([name, value]) =>
      Array.isArray(value) && value.at(-1) === '...'
        ? [name, expect.arrayContaining(value.slice(0, -1))]
        : [name, value],
    ),
  );
}

const valueAt = (value: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce((found, key) => (found as Record<string | number, unknown> | undefined)?.[key], value);
