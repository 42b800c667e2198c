import type { ClientDeps } from '../core/deps.ts';
import { randomId } from '../core/random-id.ts';

/** Makes the client message ids of one client, each once. */
export class MessageIds {
  readonly #prefix: string;

  constructor({ now, random }: Pick<ClientDeps, 'now' | 'random'>) {
    this.#prefix = `${now().toString(36)}${randomId(random)}-`;
  }

  /** The id of the message with this number of the client. */
  ofNumber(number: number): string {
    return `${this.#prefix}${number}`;
  }
}
