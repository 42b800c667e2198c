import type { Deployment } from './deployment.ts';
import { Device } from './device.ts';
import type { ScenarioName } from './scenarios.ts';

let seeds = 0;

/** The devices of one scenario: Ann's is on the bad network, Bob's on a good one. */
export class Stage {
  readonly room: ScenarioName;
  readonly deployment: Deployment;
  readonly ann: Device;
  readonly bob: Device;
  readonly #devices: Device[] = [];

  constructor(room: ScenarioName, deployment: Deployment) {
    this.room = room;
    this.deployment = deployment;
    this.ann = this.device('ann', 'mobile', false);
    this.bob = this.device('bob', 'mobile', true);
  }

  /** A device of a user of this scenario. */
  device(name: 'ann' | 'bob', platform: 'mobile' | 'desktop', watchesMembers: boolean): Device {
    const { deployment, room } = this;
    seeds += 1;
    const device = new Device({ deployment, userId: `${name}-${room}`, platform, seed: seeds, watchesMembers });
    this.#devices.push(device);
    return device;
  }

  /** Both are in the room. */
  async enter(): Promise<void> {
    await this.bob.enter(this.room);
    await this.ann.enter(this.room);
    await this.bob.sees('ann joined');
    this.bob.forget();
  }

  /** Ann's connection ends, and the server notices it. */
  async loseAnn(how: 'reset' | 'finish'): Promise<void> {
    await this.deployment.noticesEnd(1, () => this.ann.network.end(how));
    await this.ann.sees('status SUSPEND');
  }

  /** Each device has seen what was on its way to it: what comes twice has come. */
  async settle(isAnnIn: boolean): Promise<void> {
    const { ann, bob, room } = this;
    if (isAnnIn) {
      await ann.say(room, 'end of ann');
      await bob.sees('message "end of ann"');
    }
    await bob.say(room, 'end of bob');
    if (isAnnIn) await ann.sees('message "end of bob"');
  }

  async close(): Promise<void> {
    const { testing } = this.deployment.stack;
    // The functions must not be stopped before they have handled the disconnects.
    await this.deployment.noticesEnd(testing.connectionIds().length, () => {
      for (const device of this.#devices) void device.end();
    });
  }
}
