/*
 * Models an app's own server: calls of the HTTP API, as the history has them. Clock and chance: the scheduler's.
 */

import type { AnswerResult, CallArgs, Operation } from '../../support/checker/history.ts';
import type { ApiAnswer, Deployment } from './deployment.ts';
import type { History } from './history.ts';

type Fields = readonly (readonly [string, string])[];

/** Reads members at the time of the call, and changes what only an app server may. */
export class AppServer {
  readonly #deployment: Deployment;
  readonly #history: History;
  readonly #now: () => number;
  #calls = 0;

  constructor(deployment: Deployment, history: History, now: () => number) {
    this.#now = now;
    this.#deployment = deployment;
    this.#history = history;
  }

  create(room: string): void {
    this.#call('create', room, {}, '/chatroom/create.json', [[`chatroom[${room}]`, room]]);
  }

  destroy(room: string): void {
    this.#call('destroy', room, {}, '/chatroom/destroy.json', [['chatroomId', room]]);
  }

  block(room: string, user: string, minute: number): void {
    const args = { user, untilMs: this.#now() + minute * 60_000 };
    this.#call('block', room, args, '/chatroom/user/block/add.json', [
      ['chatroomId', room],
      ['userId', user],
      ['minute', `${minute}`],
    ]);
  }

  onUser(op: 'unblock' | 'allow' | 'disallow', room: string, user: string): void {
    const path = {
      unblock: '/chatroom/user/block/rollback.json',
      allow: '/chatroom/user/whitelist/add.json',
      disallow: '/chatroom/user/whitelist/remove.json',
    }[op];
    this.#call(op, room, { user }, path, [
      ['chatroomId', room],
      ['userId', user],
    ]);
  }

  mute(room: string, isOn: boolean): void {
    const op = isOn ? 'mute' : 'unmute';
    this.#call(op, room, {}, isOn ? '/chatroom/ban/add.json' : '/chatroom/ban/rollback.json', [['chatroomId', room]]);
  }

  slowMode(room: string, seconds: number): void {
    this.#call('slowMode', room, { seconds }, '/chatroom/slow-mode/set.json', [
      ['chatroomId', room],
      ['seconds', `${seconds}`],
    ]);
  }

  publish(room: string): void {
    this.#call('publish', room, { user: 'system' }, '/message/chatroom/publish.json', [
      ['fromUserId', 'system'],
      ['toChatroomId', room],
      ['objectName', 'RC:TxtMsg'],
      ['content', '{"content":"hello"}'],
    ]);
  }

  /** Recalls the room's newest message. */
  recallLast(room: string): void {
    const last = this.#history.events.findLast((event) => event.kind === 'accepted' && event.room === room);
    if (last?.kind !== 'accepted') return;
    this.#call('recall', room, { messageId: last.messageId }, '/message/recall.json', [
      ['fromUserId', last.sender],
      ['conversationType', '4'],
      ['targetId', room],
      ['messageUID', last.messageId],
      ['sentTime', `${last.sentAtMs}`],
    ]);
  }

  realTime(room: string, isOn: boolean): void {
    this.#call('realTime', room, { on: isOn }, '/chatroom/realtime/set.json', [
      ['chatroomId', room],
      ['realTime', isOn ? '1' : '0'],
    ]);
  }

  exist(room: string, user: string): void {
    const fields: Fields = [
      ['chatroomId', room],
      ['userId', user],
    ];
    this.#call('exist', room, { user }, '/chatroom/user/exist.json', fields, ({ isInChrm }) => ({
      member: isInChrm === true,
    }));
  }

  members(room: string): void {
    const fields: Fields = [
      ['chatroomId', room],
      ['count', '500'],
      ['order', '1'],
    ];
    this.#call('members', room, {}, '/chatroom/user/query.json', fields, ({ total, users = [] }) => ({
      total: Number(total),
      userIds: (users as { id: string }[]).map(({ id }) => id),
    }));
  }

  #call(
    op: Operation,
    room: string,
    args: CallArgs,
    path: string,
    fields: Fields,
    resultOf: (answer: ApiAnswer) => AnswerResult = () => ({}),
  ): void {
    this.#calls += 1;
    const id = `api-${this.#calls}`;
    this.#history.call({ id, by: 'server-api', op, room, args });
    this.#deployment.call(path, fields, (answer) => {
      this.#history.answer(id, answer.code === 200 ? 0 : answer.code, resultOf(answer));
    });
  }
}
