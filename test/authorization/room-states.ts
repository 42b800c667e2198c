import type { Settings } from '../../lib/domain/settings.ts';
import type { Scene } from './scene.ts';

/** What the room is when the frame arrives. */
export interface RoomState {
  /** Nobody was ever in it. */
  readonly absent?: true;
  readonly settings?: Partial<Settings>;
  /** Before anybody is in it. */
  readonly before: (scene: Scene) => Promise<unknown>;
  /** After the caller has come to their state. */
  readonly after: (scene: Scene) => Promise<unknown>;
}

const nothing = async (): Promise<void> => {};
const named = (scene: Scene) => ({ chatroomId: scene.room });
const destroy = (scene: Scene) => scene.must('/chatroom/destroy.json', named(scene));
const create = (scene: Scene) => scene.must('/chatroom/create_new.json', named(scene));
const anHourOld = async (scene: Scene) => {
  await scene.must('/chatroom/create_new.json', { ...named(scene), destroyType: 1, destroyTime: 10_080 });
  scene.pass(61 * 60_000);
};
const endPassed = (scene: Scene) =>
  scene.must('/chatroom/destroy/set.json', { ...named(scene), destroyType: 1, destroyTime: 60 });

const MEMBERS = 4;

export const roomStates: Readonly<Record<string, RoomState>> = {
  absent: { absent: true, before: nothing, after: nothing },
  existing: { before: create, after: nothing },
  muted: { before: create, after: (scene) => scene.must('/chatroom/ban/add.json', named(scene)) },
  'in slow mode': {
    before: create,
    after: (scene) => scene.must('/chatroom/slow-mode/set.json', { ...named(scene), seconds: 3600 }),
  },
  full: {
    settings: { roomMemberLimit: MEMBERS },
    before: create,
    after: async (scene) => {
      for (let more = 1; (await scene.memberIds()).length < MEMBERS; more += 1) {
        await scene.enter(`filler${more}`, { platform: 'web', instance: 'filler_1' });
      }
    },
  },
  'kept past its end': {
    before: anHourOld,
    after: async (scene) => {
      await scene.must('/chatroom/keepalive/add.json', named(scene));
      await endPassed(scene);
      await scene.sweep();
    },
  },
  'without distribution': {
    before: create,
    after: (scene) => scene.must('/chatroom/message/stopDistribution.json', named(scene)),
  },
  destroyed: { before: create, after: destroy },
  expired: {
    before: anHourOld,
    after: async (scene) => {
      await endPassed(scene);
      await scene.sweep();
    },
  },
  'destroyed and recreated': {
    before: create,
    after: async (scene) => {
      await destroy(scene);
      scene.pass(1000);
      await create(scene);
    },
  },
};
