/*
 * Models an app's own server: calls of the HTTP API, as the history has them. Clock and chance: the scheduler's.
 */

import type { ApiAnswer, Deployment } from './deployment.ts';
import type { History } from './history.ts';

type Fields = readonly (readonly [string, string])[];

/** Reads members at the time of the call, and changes what only an app server may. */
export class AppServer {
  readonly #deployment: Deployment;
  readonly #history: History;
  #calls = 0;

  constructor(deployment: Deployment, history: History) {
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
    const args = { user, durationMs: minute * 60_000 };
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

  muteUser(room: string, user: string): void {
    this.#call('muteUser', room, { user, durationMs: 60_000 }, '/chatroom/user/gag/add.json', [
      ['chatroomId', room],
      ['userId', user],
      ['minute', '1'],
    ]);
  }

  publish(room: string): void {
    this.#call('publish', room, {}, '/message/chatroom/publish.json', [
      ['fromUserId', 'system'],
      ['toChatroomId', room],
      ['objectName', 'RC:TxtMsg'],
      ['content', '{"content":"hello"}'],
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
      isMember: isInChrm === true,
    }));
  }

  members(room: string): void {
    const fields: Fields = [
      ['chatroomId', room],
      ['count', '500'],
      ['order', '1'],
    ];
    this.#call('members', room, {}, '/chatroom/user/query.json', fields, ({ total, users = [] }) => ({
      count: Number(total),
      users: (users as { id: string }[]).map(({ id }) => id),
    }));
  }

  #call(
    op: string,
    room: string,
    args: Readonly<Record<string, unknown>>,
    path: string,
    fields: Fields,
    resultOf: (answer: ApiAnswer) => Record<string, unknown> = (answer) => answer,
  ): void {
    this.#calls += 1;
    const id = `api-${this.#calls}`;
    this.#history.call(id, 'server-api', op, room, args);
    this.#deployment.call(path, fields, (answer) => {
      this.#history.answer(id, answer.code === 200 ? 0 : answer.code, resultOf(answer));
    });
  }
}
