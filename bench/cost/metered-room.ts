import type { Settings } from '../../lib/domain/settings.ts';
import type { ConnectionId, RoomId, UserId } from '../../lib/protocol/ids.ts';
import type { Sender } from '../../lib/protocol/message.ts';
import type { PushFrame } from '../../lib/protocol/push-frames.ts';
import { closeConnection } from '../../lib/usecases/close-connection.ts';
import { deliverMessages } from '../../lib/usecases/deliver-messages.ts';
import type { Caller, Deps } from '../../lib/usecases/deps.ts';
import { joinRoom } from '../../lib/usecases/join-room.ts';
import { keepAlive } from '../../lib/usecases/keep-alive.ts';
import { openConnection } from '../../lib/usecases/open-connection.ts';
import { sendMessage } from '../../lib/usecases/send-message.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import type { DeliveryJob } from '../../lib/usecases/steps/delivery-job.ts';
import { servedValue } from '../../test/support/outcome.ts';
import type { Units, UnitsMeter } from '../../test/support/units-meter.ts';
import { measuredDeps } from '../measured-deps.ts';
import { CONTENT } from './content.ts';
import { VirtualTime } from './virtual-time.ts';

/** No round number: DynamoDB stores those in fewer bytes. */
const START_MS = 1_812_345_678_901;
const CLIENT = { platform: 'mobile', loginId: 'k3jd82hf92hd' } as const;
const RUN_MS = 900_000;

type Resume = { readonly roomEpoch: string; readonly membership: string; readonly seq: number };

/** A member of the room, by the connection that they have. */
export interface Participant {
  readonly caller: Caller;
  readonly resume: Resume;
}

/** What happened besides the units. */
export interface Happened {
  posts: number;
  rings: number;
}

/** One room of the real use cases on a DynamoDB of this machine, over virtual time; the Lambda that delivers is run when it is rung. */
export class MeteredRoom {
  readonly time = new VirtualTime(START_MS);
  readonly happened: Happened = { posts: 0, rings: 0 };
  lastFrame: PushFrame | undefined;
  readonly deps: Deps;
  readonly room: RoomId;
  readonly #meter: UnitsMeter;
  readonly #sender: Sender | undefined;
  #lastId: number;

  /** `place` keeps the ids of rooms in one table apart. `sender`: the name and the picture of each member. */
  constructor(endpoint: string, place: number, settings: Partial<Settings> = {}, sender?: Sender) {
    this.#sender = sender;
    this.#lastId = place * 1_000_000;
    const { deps, meter } = measuredDeps({
      endpoint,
      now: this.time.now,
      // As long as those of a deployment: units go by size.
      randomId: () => this.#nextId('0000-4000-8000-000000000000'),
      settings: { memberProfiles: sender !== undefined, ...settings },
      push: {
        post: async (_connectionId, frame) => {
          this.happened.posts += 1;
          this.lastFrame = frame;
          return 'ok';
        },
      },
      doorbell: { ring: async (job) => this.#ring(job as DeliveryJob) },
    });
    // The list of the connected begins with the first one, so that each reading takes the same.
    this.deps = { ...deps, sleep: this.time.sleep, random: () => 0 };
    this.#meter = meter;
    this.room = `room-${this.#nextId('r')}` as RoomId;
  }

  /** The units since the last call of this. */
  take(): Units {
    this.happened.posts = 0;
    this.happened.rings = 0;
    return this.#meter.take();
  }

  async measure(work: () => Promise<unknown>): Promise<Units> {
    this.take();
    await work();
    return this.#meter.take();
  }

  create(): Promise<unknown> {
    return createRoom(this.deps, this.room, this.room);
  }

  newCaller(userId = `user-${this.#nextId('u')}`): Caller {
    return { userId: userId as UserId, connectionId: this.#nextId('c00000=') as ConnectionId };
  }

  async open(caller: Caller): Promise<void> {
    const issuedAtMs = this.deps.now();
    await openConnection(this.deps, caller, CLIENT, { issuedAtMs });
  }

  async join(caller: Caller, resume?: Resume): Promise<Participant> {
    const request = { room: this.room, messageCount: -1, autoCreate: false, resume };
    const joined = await this.#frame(caller, (seen) =>
      joinRoom(this.deps, { ...caller, seen, sender: this.#sender }, request),
    );
    const { roomEpoch, membership, seq } = servedValue(joined);
    return { caller, resume: { roomEpoch, membership, seq } };
  }

  async newMember(): Promise<Participant> {
    const caller = this.newCaller();
    await this.open(caller);
    return this.join(caller);
  }

  async members(count: number): Promise<readonly Participant[]> {
    const all: Participant[] = [];
    for (let index = 0; index < count; index += 1) all.push(await this.newMember());
    return all;
  }

  close(caller: Caller): Promise<unknown> {
    return closeConnection(this.deps, caller, Number.POSITIVE_INFINITY);
  }

  async send(caller: Caller): Promise<void> {
    const message = { room: this.room, clientMessageId: this.#nextId('m'), type: 'RC:TxtMsg', content: CONTENT };
    servedValue(await this.#frame(caller, (seen) => sendMessage(this.deps, { ...caller, seen }, message)));
  }

  /** The senders take turns, at these times after now; returns when all is delivered. */
  async talk(senders: readonly Participant[], timesMs: readonly number[]): Promise<void> {
    const startMs = this.time.now();
    for (const [index, atMs] of timesMs.entries()) {
      const sender = senders[index % senders.length];
      if (sender !== undefined) this.time.start(startMs + atMs, () => this.send(sender.caller));
    }
    await this.time.run();
  }

  /** As the handler of a frame does: the connection's row is read once, and noted as a sign of life. */
  async #frame<T>(caller: Caller, serve: (seen: NonNullable<Caller['seen']>) => Promise<T>): Promise<T> {
    const seen = this.deps.store.getConnectionEventually(caller);
    const outcome = await serve(seen);
    await keepAlive(this.deps, caller, await seen);
    return outcome;
  }

  #ring(job: DeliveryJob): 'rung' {
    this.happened.rings += 1;
    if (job.kind !== 'deliver') throw new Error(`unable to count; nothing here needs a job of the kind ${job.kind}`);
    this.time.start(this.time.now(), () => deliverMessages(this.deps, job, this.time.now() + RUN_MS));
    return 'rung';
  }

  #nextId(tail: string): string {
    this.#lastId += 1;
    return `${`${this.#lastId}`.padStart(8, '0')}-${tail}`;
  }
}
