import { expect } from 'vitest';
import type { Player } from '../../bin/scenario/player.ts';
import { type Answer, encodeForm, type Form, type ServerApiClient } from '../e2e/server-api-client.ts';
import type { Case } from './reference-cases.ts';
import type { Endpoint, SideCall } from './reference-endpoint.ts';
import { Names } from './reference-names.ts';
import { Watch } from './reference-watch.ts';

const PER_CALL = 100;
const isId = (text: string): boolean => /^[\w+=-]{1,64}$/.test(text);

/** Rooms and users that are prepared for calls, and the state that the witness shows before a call. */
interface Ground {
  readonly endpoint: Endpoint;
  readonly names: Names;
  /** The parameters for the calls around the one under test. */
  readonly base: Form;
  readonly undo: readonly SideCall[];
  readonly rooms: Set<string>;
  before: unknown;
}

/** Refused cases of one endpoint share a ground, since none of them may change it. */
const isShared = ({ status, special, column }: Case): boolean =>
  status !== 200 && special === undefined && column !== 'room';

/** Runs cases against a deployment. */
export class Bench {
  readonly #api: ServerApiClient;
  readonly #watch: Watch;
  readonly #settle: () => Promise<void>;
  #grounds = 0;
  #ground: Ground | undefined;

  /** The watcher is a connected member of the room `lobby`; `settle` resolves once all effects of a call are done. */
  constructor(api: ServerApiClient, watcher: Player, settle: () => Promise<void>) {
    this.#settle = settle;
    this.#api = api;
    this.#watch = new Watch(api, watcher, settle);
  }

  /** Makes the call and checks its answer and its effect against the contract. */
  async run(item: Case): Promise<void> {
    let isClean = false;
    try {
      const ground = await this.#groundFor(item);
      const answer = await this.#call(item, ground.names.form(item.form, {}));
      expectAnswer(item, answer, ground.names);
      await this.#expectWritten(item, ground);
      isClean = isShared(item);
    } finally {
      if (!isClean) await this.clear();
    }
  }

  /** Undoes what the last cases have changed for the whole app. */
  async clear(): Promise<void> {
    const ground = this.#ground;
    this.#ground = undefined;
    await this.#watch.leave();
    for (const { path, form } of ground?.undo ?? []) {
      await this.#api.call(path, ground?.names.form(form, ground.base) ?? {});
    }
  }

  async #groundFor(item: Case): Promise<Ground> {
    if (!isShared(item) || this.#ground?.endpoint !== item.endpoint) await this.#prepare(item);
    const ground = this.#ground;
    if (ground === undefined) throw new Error('unable to run the case; nothing is prepared');
    await this.#make(item, ground);
    return ground;
  }

  async #prepare(item: Case): Promise<void> {
    await this.clear();
    this.#grounds += 1;
    const { endpoint, special, column, status } = item;
    const names = new Names(this.#grounds);
    // A refused form may have no usable values, so the calls around it use those of the valid form.
    const base = names.form(status === 200 ? item.form : endpoint.form, {});
    const undo = [...(special?.undo ?? []), ...(endpoint.undo ?? [])];
    const ground: Ground = { endpoint, names, base, undo, rooms: new Set(), before: undefined };
    this.#ground = ground;
    if (column !== 'room') {
      await this.#make(item, ground);
      const [room] = ground.rooms;
      const isWatched = endpoint.member === true || typeof endpoint.witness === 'string';
      if (room !== undefined && isWatched) await this.#watch.enter(room);
      await this.#callAll([...(endpoint.before ?? []), ...(special?.before ?? [])], ground);
    }
    ground.before = await this.#witness(ground);
  }

  /** Creates the rooms that must exist and do not yet. */
  async #make({ endpoint: { room = '' }, special, column, form }: Case, ground: Ground): Promise<void> {
    if (column === 'room') return;
    const { names, base } = ground;
    const given = names.form(form, {})[room] ?? [];
    const named = [base[room] ?? [], given, (special?.rooms ?? []).map((name) => names.text(name))].flat(2);
    const missing = [...new Set(named)].filter((id) => isId(id) && !ground.rooms.has(id));
    for (let start = 0; start < missing.length; start += PER_CALL) {
      const some = missing.slice(start, start + PER_CALL);
      const rooms = Object.fromEntries(some.map((id) => [`chatroom[${id}]`, 'Room']));
      await this.#api.served('/chatroom/create.json', rooms);
      for (const id of some) ground.rooms.add(id);
    }
  }

  async #callAll(calls: readonly SideCall[], { names, base }: Ground): Promise<void> {
    for (const { path, form, keep } of calls) {
      const body = await this.#api.served(path, names.form(form, base));
      if (keep !== undefined) names.keep(keep.name, String(valueAt(body, keep.at)));
    }
  }

  #witness({ endpoint: { witness }, names, base }: Ground): Promise<unknown> {
    if (typeof witness === 'string') return this.#watch.see(witness);
    return Promise.all((witness ?? []).map(({ path, form }) => this.#api.call(path, names.form(form, base))));
  }

  async #call({ column, endpoint, code }: Case, form: Form): Promise<Answer> {
    const { path, oncePerSecond } = endpoint;
    const body = endpoint.json === true ? JSON.stringify(form) : encodeForm(form);
    const headers = this.#api.sign(Date.now());
    if (column === 'method') return this.#api.send({ method: 'GET', path, headers });
    if (column === 'unsigned') {
      const unsigned = { ...headers, Signature: '0'.repeat(40) };
      return this.#api.send({ method: 'POST', path, headers: unsigned, body });
    }
    for (;;) {
      const answer = await this.#api.send({ method: 'POST', path, headers: this.#api.sign(Date.now()), body });
      if (oncePerSecond !== true || code === 1008 || answer.body.code !== 1008) return answer;
    }
  }

  async #expectWritten({ status, column }: Case, ground: Ground): Promise<void> {
    const { before, endpoint } = ground;
    if (endpoint.witness === undefined) return;
    // A broadcast continues after the answer.
    if (endpoint.oncePerSecond === true) await this.#settle();
    const see = () => this.#witness(ground);
    if (status !== 200 || column === 'room') return expect(await see(), 'what was there before').toEqual(before);
    // The client asks later for messages that were held back.
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

/** A list that ends with `...` may have more items. */
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
