import type { Settings } from '../../lib/domain/settings.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import type { Scene } from './scene.ts';

/** How ann comes to the state that a row names; the result is the connection that the frame arrives over. */
export interface CallerState {
  readonly settings?: Partial<Settings>;
  readonly make: (scene: Scene, bob: Caller) => Promise<Caller>;
}

const phone = { platform: 'mobile', instance: 'ann_1' };
const laptop = { platform: 'web', instance: 'laptop_1' };
const annIn = (scene: Scene) => ({ chatroomId: scene.room, userId: 'ann' });

const connected = (scene: Scene) => scene.open('ann', phone);
const member = (scene: Scene) => scene.enter('ann', phone);
/** A member, and what the app server then does. */
const memberThen = (act: (scene: Scene, caller: Caller) => Promise<unknown>): CallerState => ({
  make: async (scene) => {
    const caller = await member(scene);
    scene.pass(1000);
    await act(scene, caller);
    return caller;
  },
});
/** A connection that is in no room, and what the app server then does. */
const connectedThen = (act: (scene: Scene, caller: Caller) => Promise<unknown>): CallerState => ({
  make: async (scene) => {
    const caller = await connected(scene);
    scene.pass(1000);
    await act(scene, caller);
    return caller;
  },
});
/** A member who loses the connection and reconnects after what happens in between. */
const reconnected = (query: typeof phone, between: (scene: Scene, bob: Caller) => Promise<unknown>): CallerState => ({
  make: async (scene, bob) => {
    await scene.drop(await member(scene));
    await between(scene, bob);
    return scene.open('ann', query);
  },
});

const blockHere = (scene: Scene) => scene.must('/chatroom/user/block/add.json', { ...annIn(scene), minute: 5 });
const muteHere = (scene: Scene) => scene.must('/chatroom/user/gag/add.json', { ...annIn(scene), minute: 5 });
const exempt = (scene: Scene) => scene.must('/chatroom/user/ban/whitelist/add.json', annIn(scene));
const muteEverywhere = (scene: Scene) => scene.must('/chatroom/user/ban/add.json', { userId: 'ann', minute: 5 });
const late = async (scene: Scene) => {
  scene.pass(30_001);
  await scene.publish(1);
};
/** The state between the write of the user's row and the force-close of the connection. */
const blockedOnly = (scene: Scene) => scene.store.setAccess(scene.ann, { blockedUntilMs: scene.untilMs() });
const revokedOnly = (scene: Scene) => scene.store.expireTokens(scene.ann, scene.clock.nowMs);
const deactivatedOnly = async (scene: Scene) => {
  await scene.store.setAccess(scene.ann, { deactivatedAtMs: scene.clock.nowMs });
  await revokedOnly(scene);
};
const blockEverywhere = (scene: Scene) => scene.must('/user/block.json', { userId: 'ann', minute: 5 });
const revoke = (scene: Scene) => scene.must('/user/token/expire.json', { userId: 'ann', time: scene.clock.nowMs });
const deactivate = (scene: Scene) => scene.must('/user/deactivate.json', { userId: 'ann' });
const remove = (scene: Scene) => scene.must('/user/delusers.json', { userId: 'ann' });

const ofConnections: Readonly<Record<string, CallerState>> = {
  'never joined': { make: connected },
  'never joined, muted everywhere': connectedThen(muteEverywhere),
  'never joined, token expired': connectedThen(async (scene) => scene.expireToken()),
  'never joined, token revoked, still open': connectedThen(revokedOnly),
  'never joined, token revoked': connectedThen(revoke),
  'never joined, blocked everywhere, still open': connectedThen(blockedOnly),
  'never joined, blocked everywhere': connectedThen(blockEverywhere),
  'never joined, deactivated, still open': connectedThen(deactivatedOnly),
  'never joined, deactivated': connectedThen(deactivate),
  'never joined, deleted': connectedThen(remove),
  'never joined, connection ended': connectedThen((scene, caller) => scene.drop(caller)),
  'connection never opened': { make: async (scene) => scene.device('ann') },
  'member of another room': { make: async (scene) => scene.joinAs(await connected(scene), otherRoom(scene)) },
};

const otherRoom = (scene: Scene) => `${scene.room}-2` as Scene['room'];

const ofMembers: Readonly<Record<string, CallerState>> = {
  'online member': { make: member },
  'offline within the limits, same device': reconnected(phone, (scene) => scene.publishMany(30)),
  'offline within the limits, other device': reconnected(laptop, (scene) => scene.publishMany(30)),
  'evicted by the 31st message': reconnected(phone, (scene) => scene.publishMany(31)),
  'evicted after 30 s': reconnected(phone, late),
  'evicted, row still there': reconnected(phone, async (scene) => {
    const row = scene.rowOf(`ROOM#${scene.room} MEMBER#ann`);
    await scene.publishMany(31);
    scene.putRow(row);
  }),
  'evicted by the real-time service': reconnected(phone, async (scene, bob) => {
    await scene.must('/chatroom/realtime/set.json', { chatroomId: scene.room, realTime: 1 });
    await scene.silence(bob);
  }),
  'allowlisted, offline beyond the limits': reconnected(phone, async (scene) => {
    await scene.must('/chatroom/user/whitelist/add.json', annIn(scene));
    await scene.publishMany(31);
    await late(scene);
  }),
  left: memberThen((scene, caller) => scene.leave(caller)),
  'other device of a member': {
    make: async (scene) => {
      await member(scene);
      return scene.open('ann', laptop);
    },
  },
  'left, other device stays': {
    make: async (scene) => {
      await member(scene);
      const caller = await scene.enter('ann', laptop);
      await scene.leave(caller);
      return caller;
    },
  },
  'moved to another room': memberThen((scene, caller) => scene.joinAs(caller, otherRoom(scene))),
  'moved to another room, other device stays': {
    make: async (scene) => {
      await scene.enter('ann', laptop);
      return scene.joinAs(await member(scene), otherRoom(scene));
    },
  },
  'in two rooms': {
    settings: { multipleRooms: true },
    ...memberThen((scene, caller) => scene.joinAs(caller, otherRoom(scene))),
  },
};

const restricted: Readonly<Record<string, CallerState>> = {
  'blocked here': memberThen(blockHere),
  'blocked here, never joined': connectedThen(blockHere),
  'block over': memberThen(async (scene) => {
    await scene.must('/chatroom/user/block/add.json', { ...annIn(scene), minute: 1 });
    scene.pass(60_000);
  }),
  'muted here': memberThen(muteHere),
  'muted here, exempt': memberThen(async (scene) => [await muteHere(scene), await exempt(scene)]),
  'muted here, never joined': connectedThen(muteHere),
  'mute over': memberThen(async (scene) => {
    await scene.must('/chatroom/user/gag/add.json', { ...annIn(scene), minute: 1 });
    scene.pass(60_000);
  }),
  'exempt from mutes': memberThen(exempt),
  'muted everywhere': memberThen(muteEverywhere),
  'muted everywhere, exempt': memberThen(async (scene) => [await muteEverywhere(scene), await exempt(scene)]),
};

const ended: Readonly<Record<string, CallerState>> = {
  'token expired': memberThen(async (scene) => scene.expireToken()),
  'token revoked, still open': memberThen(revokedOnly),
  'token revoked': memberThen(revoke),
  'blocked everywhere, still open': memberThen(blockedOnly),
  'blocked everywhere': memberThen(blockEverywhere),
  'deactivated, still open': memberThen(deactivatedOnly),
  deactivated: memberThen(deactivate),
  deleted: memberThen(remove),
  'connection ended': memberThen((scene, caller) => scene.drop(caller)),
  'found gone by a post': memberThen(async (scene, caller) => {
    scene.push.gone.add(caller.connectionId);
    await scene.publish(1);
    scene.push.gone.delete(caller.connectionId);
  }),
  'given up by the sweep': {
    make: async (scene, bob) => {
      const caller = await member(scene);
      await scene.silence(bob);
      return caller;
    },
  },
  'replaced by a later login': memberThen((scene) => scene.open('ann', { platform: 'mobile', instance: 'new_1' })),
  'one connection too many': {
    settings: { maxConnectionsPerUser: 2 },
    ...memberThen(async (scene) => {
      for (const platform of ['web', 'desktop']) {
        scene.pass(1000);
        await scene.open('ann', { platform, instance: `${platform}_1` });
      }
    }),
  },
};

export const callers: Readonly<Record<string, CallerState>> = {
  ...ofConnections,
  ...ofMembers,
  ...restricted,
  ...ended,
};
