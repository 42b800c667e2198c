import { firstNotBelow, type Moment } from './calls.ts';
import type { HistoryEvent, Opened } from './history.ts';

export interface Socket {
  readonly opened: Opened;
  readonly index: number;
  /** Signs of life, the opening first. */
  readonly heard: Moment[];
  /** The first reason for the server to consider it gone, right or wrong. */
  doubted: Moment | undefined;
  /** When it was lost, closed, or reported as disconnected. */
  over: Moment | undefined;
  /** The last of all that say that it is gone. */
  lastNotice: Moment | undefined;
}

/** The sockets of all users, by connection. */
export class Sockets {
  readonly #byConnection = new Map<string, Socket>();
  readonly #byUser = new Map<string, Socket[]>();

  constructor(history: readonly HistoryEvent[]) {
    history.forEach((event, index) => {
      if (event.kind === 'opened') this.#open(event, index);
      if (!('connection' in event) || event.kind === 'opened') return;
      if (event.kind === 'pushed' && event.frame.event !== 'closing') return;
      const socket = this.#byConnection.get(event.connection);
      const moment = { index, atMs: event.atMs };
      if (socket === undefined) return;
      if (event.kind === 'heard') socket.heard.push(moment);
      else {
        socket.doubted ??= moment;
        socket.lastNotice = moment;
      }
      if (event.kind !== 'heard' && event.kind !== 'goneAnswer') socket.over ??= moment;
    });
  }

  #open(opened: Opened, index: number): void {
    const socket: Socket = {
      opened,
      index,
      heard: [{ index, atMs: opened.atMs }],
      doubted: undefined,
      over: undefined,
      lastNotice: undefined,
    };
    this.#byConnection.set(opened.connection, socket);
    const sockets = this.#byUser.get(opened.user);
    if (sockets === undefined) this.#byUser.set(opened.user, [socket]);
    else sockets.push(socket);
  }

  get(connection: string): Socket | undefined {
    return this.#byConnection.get(connection);
  }

  of(user: string): readonly Socket[] {
    return this.#byUser.get(user) ?? [];
  }
}

/** The last sign of life before this index. */
export function lastHeard(socket: Socket, index: number): Moment | undefined {
  return socket.heard[firstNotBelow(socket.heard, index, (moment) => moment.index) - 1];
}

export const isOpenAt = (socket: Socket, index: number): boolean =>
  socket.index < index && (socket.over === undefined || socket.over.index > index);
