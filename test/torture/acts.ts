import { setTimeout as wait } from 'node:timers/promises';
import type { Dice } from './dice.ts';
import type { Part } from './part.ts';
import type { TortureClient } from './torture-client.ts';

const EVERY_MS = 50;
/** Long enough for either limit of the rules to evict a member. */
const OUTAGE_MIN_MS = 3_000;
const OUTAGE_MAX_MS = 45_000;
/** What is under way at once: of one client, and of all. */
const CLIENT_PENDING_MAX = 3;
const PENDING_MAX = 40;

const WEIGHTS = {
  ...{ send: 46, join: 12, leave: 4, publish: 6, exist: 8, members: 4 },
  ...{
    block: 1.5,
    unblock: 2,
    allow: 2.5,
    disallow: 2,
    mute: 0.5,
    unmute: 2,
    realTime: 1,
    destroy: 1,
    create: 1.5,
    outage: 0.7,
  },
};
type Act = keyof typeof WEIGHTS;

/** What the users and the app's server do, by a seed. */
export class Acts {
  readonly #part: Part;
  readonly #dice: Dice;
  readonly #acted: () => void;
  readonly #outages = new Set<() => void>();

  constructor(part: Part, dice: Dice, acted: () => void) {
    this.#part = part;
    this.#dice = dice;
    this.#acted = acted;
  }

  /** About 20 acts a second until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await wait(EVERY_MS, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted && pendingOf(this.#part) < PENDING_MAX) this.#act();
    }
    for (const end of this.#outages) end();
  }

  #act(): void {
    const { rooms, users, server, clients } = this.#part;
    const dice = this.#dice;
    const [act, room, user, client] = [dice.draw(WEIGHTS), dice.pick(rooms), dice.pick(users), dice.pick(clients)];
    if (act === undefined || room === undefined || user === undefined || client === undefined) return;
    this.#acted();
    if (act === 'outage') this.#outage(client);
    else if (act === 'send' || act === 'join' || act === 'leave') this.#ofClient(act, client, room);
    else if (act === 'exist' || act === 'block') void server[act](room, user);
    else if (act === 'unblock' || act === 'allow' || act === 'disallow') void server.onUser(act, room, user);
    else if (act === 'mute' || act === 'unmute') void server.mute(room, act === 'mute');
    else if (act === 'realTime') void server.realTime(room, dice.random() < 0.5);
    else void server[act](room);
  }

  /** Until the time is over, or the storm. */
  #outage(client: TortureClient): void {
    client.loseNetwork();
    const end = () => {
      clearTimeout(timer);
      this.#outages.delete(end);
      client.restore();
    };
    const timer = setTimeout(end, this.#dice.between(OUTAGE_MIN_MS, OUTAGE_MAX_MS));
    this.#outages.add(end);
  }

  #ofClient(act: Extract<Act, 'send' | 'join' | 'leave'>, client: TortureClient, room: string): void {
    if (client.pending >= CLIENT_PENDING_MAX) return;
    // Mostly to the room where they are; now and then to one where they are not.
    const own = this.#dice.pick([...client.rooms]) ?? room;
    if (act === 'send') void client.send(own);
    else if (act === 'leave') client.leave(own);
    else client.join(room);
  }
}

export const pendingOf = ({ clients, server }: Part): number =>
  server.pending + clients.reduce((sum, { pending }) => sum + pending, 0);
