import { type ApiAnswer, AppServer, type AppServerOptions } from '../../bin/scenario/app-server.ts';
import type { AnswerResult, CallArgs, Operation } from '../support/checker/history.ts';
import type { Records } from './records.ts';

type Body = ApiAnswer['body'];
type Parameters = Readonly<Record<string, string>>;

const ON_USER = {
  unblock: '/chatroom/user/block/rollback.json',
  allow: '/chatroom/user/whitelist/add.json',
  disallow: '/chatroom/user/whitelist/remove.json',
} as const;

const BLOCK_MIN = 1;
const LIST_MAX = 500;

/** The app's own server; writes down each call and its answer. A call without an answer is not repeated. */
export class TortureServer {
  readonly #server: AppServer;
  readonly #records: Records;
  readonly #now: () => number;
  #calls = 0;
  /** Calls that wait for their answer. */
  pending = 0;

  constructor(options: AppServerOptions, records: Records, now: () => number) {
    this.#server = new AppServer(options);
    this.#records = records;
    this.#now = now;
  }

  create = (room: string) => this.#ask('create', room, {}, '/chatroom/create.json', { [`chatroom[${room}]`]: room });

  destroy = (room: string) => this.#ask('destroy', room, {}, '/chatroom/destroy.json', { chatroomId: room });

  block(room: string, user: string): Promise<boolean> {
    const args = { user, untilMs: this.#now() + BLOCK_MIN * 60_000 };
    const parameters = { chatroomId: room, userId: user, minute: `${BLOCK_MIN}` };
    return this.#ask('block', room, args, '/chatroom/user/block/add.json', parameters);
  }

  onUser(op: keyof typeof ON_USER, room: string, user: string): Promise<boolean> {
    return this.#ask(op, room, { user }, ON_USER[op], { chatroomId: room, userId: user });
  }

  mute(room: string, isOn: boolean): Promise<boolean> {
    const path = isOn ? '/chatroom/ban/add.json' : '/chatroom/ban/rollback.json';
    return this.#ask(isOn ? 'mute' : 'unmute', room, {}, path, { chatroomId: room });
  }

  publish(room: string): Promise<boolean> {
    const parameters = {
      fromUserId: 'system',
      toChatroomId: room,
      objectName: 'RC:TxtMsg',
      content: '{"content":"hi"}',
    };
    return this.#ask('publish', room, { user: 'system' }, '/message/chatroom/publish.json', parameters);
  }

  realTime(room: string, isOn: boolean): Promise<boolean> {
    const parameters = { chatroomId: room, realTime: isOn ? '1' : '0' };
    return this.#ask('realTime', room, { on: isOn }, '/chatroom/realtime/set.json', parameters);
  }

  exist(room: string, user: string): Promise<boolean> {
    const resultOf = ({ isInChrm }: Body): AnswerResult => ({ member: isInChrm === true });
    const parameters = { chatroomId: room, userId: user };
    return this.#ask('exist', room, { user }, '/chatroom/user/exist.json', parameters, resultOf);
  }

  members(room: string): Promise<boolean> {
    const resultOf = ({ total, users = [] }: Body): AnswerResult => ({
      total: Number(total),
      userIds: (users as { readonly id: string }[]).map(({ id }) => id),
    });
    const parameters = { chatroomId: room, count: `${LIST_MAX}`, order: '1' };
    return this.#ask('members', room, { limit: LIST_MAX }, '/chatroom/user/query.json', parameters, resultOf);
  }

  /** Asks until there is an answer. */
  async token(userId: string): Promise<string> {
    for (;;) {
      const token = await this.#server.token(userId).catch(() => undefined);
      if (token !== undefined) return token;
    }
  }

  /** Whether it was answered with success. */
  async #ask(
    op: Operation,
    room: string,
    args: CallArgs,
    path: string,
    parameters: Parameters,
    resultOf: (body: Body) => AnswerResult = () => ({}),
  ): Promise<boolean> {
    this.#calls += 1;
    const id = `api-${this.#calls}`;
    const { history } = this.#records;
    history.call({ id, by: 'server-api', op, room, args });
    this.pending += 1;
    try {
      const body = await this.#server.call(path, parameters);
      history.answer(id, 0, resultOf(body));
      return true;
    } catch (error) {
      // `call` throws for a refusal and where the Lambda died: only a refusal is an answer.
      const code = /"code":(\d+)/.exec(String(error))?.[1];
      if (code !== undefined) history.answer(id, Number(code), {});
      return false;
    } finally {
      this.pending -= 1;
    }
  }
}
