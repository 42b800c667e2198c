import { inParallel } from '../lib/domain/in-parallel.ts';
import { emptyMember, withConnection } from '../lib/domain/member.ts';
import type { Settings } from '../lib/domain/settings.ts';
import { connectHandler } from '../lib/handlers/connect.ts';
import { disconnectHandler } from '../lib/handlers/disconnect.ts';
import type { WebSocketEvent } from '../lib/handlers/events.ts';
import { messageHandler } from '../lib/handlers/message.ts';
import type { ConnectionId, RoomId, UserId } from '../lib/protocol/ids.ts';
import type { Caller, Deps } from '../lib/usecases/deps.ts';
import { createRoom } from '../lib/usecases/steps/create-room.ts';
import { divide, type Units, type UnitsMeter } from '../test/support/units-meter.ts';
import { measuredDeps } from './measured-deps.ts';

export const ROOM_MEMBERS = 1000;
const START_MS = 1_800_000_000_000;
const TOKEN_LIFE_MS = 1_000 * 86_400_000;
const AT_ONCE = 16;

/** What some work took. */
export interface Taken {
  readonly units: Units;
  readonly posts: number;
}

/** A frame without its id. */
export interface Frame {
  readonly action: string;
  readonly [field: string]: unknown;
}

/** An answer, as far as it is checked. */
export interface Answered {
  readonly code: number;
  readonly messageId?: string;
}

/** A room of 1,000, and one who is in it and means no good. Frames go through the Lambdas' handlers. */
export class HostileRoom {
  readonly room = 'room-00000000' as RoomId;
  readonly hostile: Caller = { userId: 'user-99999999' as UserId, connectionId: 'L0SM999999999w=' as ConnectionId };
  readonly deps: Deps;
  readonly #meter: UnitsMeter;
  #nowMs = START_MS;
  #posts = 0;
  #lastId = 0;

  constructor(endpoint: string) {
    const { deps, meter } = measuredDeps({
      endpoint,
      now: () => this.#nowMs,
      randomId: () => `${this.nextId()}-0000-4000-8000-000000000000`,
      settings: {},
      push: {
        post: async () => {
          this.#posts += 1;
          return 'ok';
        },
      },
    });
    this.deps = deps;
    this.#meter = meter;
  }

  async fill(): Promise<void> {
    const { epoch } = await createRoom(this.deps, this.room, this.room);
    const others = Array.from({ length: ROOM_MEMBERS - 1 }, (_, index) => `${index}`.padStart(8, '0'));
    await inParallel(others, AT_ONCE, async (digits) => {
      const by = { connectionId: `L0SM9${digits}w=` as ConnectionId, device: 'mobile' };
      const row = emptyMember(this.room, `user-${digits}` as UserId, epoch);
      const membership = `${digits}-0000-4000-8000-000000000000`;
      await this.deps.store.putMember(
        withConnection({ ...row, membershipId: membership, joinedAtMs: START_MS }, by),
        0,
      );
    });
    await this.connect(this.hostile);
    await this.frame({ action: 'join', room: this.room, messageCount: -1, autoCreate: false });
  }

  readonly nextId = (): string => {
    this.#lastId += 1;
    return `${this.#lastId}`.padStart(8, '0');
  };

  pass(spanMs: number): void {
    this.#nowMs += spanMs;
  }

  /** A frame of the hostile one; `settings`: other than those of a deployment that chooses none. */
  async frame(frame: Frame, settings: Partial<Settings> = {}): Promise<Answered> {
    const onMessage = messageHandler(() => this.#with(settings));
    const { action } = frame;
    const event = this.#eventOf(this.hostile, action === 'beat' ? frame : { id: 'r1', ...frame });
    const { body = '{"code":0}' } = await onMessage(event);
    return JSON.parse(body);
  }

  /** Returns the HTTP status. */
  async connect(caller: Caller, settings: Partial<Settings> = {}): Promise<number> {
    return (await connectHandler(() => this.#with(settings))(this.#eventOf(caller))).statusCode;
  }

  async disconnect(caller: Caller): Promise<void> {
    await disconnectHandler(() => this.deps)(this.#eventOf(caller));
  }

  /** What the work takes, in the mean of some times. */
  async measure(times: number, work: () => Promise<unknown>): Promise<Taken> {
    this.#meter.take();
    this.#posts = 0;
    for (let count = 0; count < times; count += 1) await work();
    return { units: divide(this.#meter.take(), times), posts: this.#posts / times };
  }

  #with(settings: Partial<Settings>): Deps {
    return { ...this.deps, settings: { ...this.deps.settings, ...settings } };
  }

  #eventOf({ userId, connectionId }: Caller, body?: object): WebSocketEvent {
    const authorizer = { userId, issuedAtMs: String(START_MS), expiresAtMs: String(START_MS + TOKEN_LIFE_MS) };
    return {
      requestContext: { connectionId, requestTimeEpoch: this.#nowMs, authorizer },
      queryStringParameters: { platform: 'mobile', instance: 'k3jd82hf92hd_1' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
  }
}
