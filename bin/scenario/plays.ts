import { Code } from '../../lib/protocol/codes.ts';
import type { PlayStage } from './play-stage.ts';
import type { Player } from './player.ts';
import type { TimeLine } from './time-line.ts';

/** A room with a player who stays and one who goes. */
export interface Scene {
  readonly stage: PlayStage;
  readonly line: TimeLine;
  readonly room: string;
  readonly stays: Player;
  readonly goes: Player;
  /** The newest message when the scene opens. */
  readonly seq: number;
}

/** Opens a room for two. */
export async function openScene(
  stage: PlayStage,
  line: TimeLine,
  room: string,
  users: [string, string],
): Promise<Scene> {
  const [stays, goes] = await Promise.all(users.map((userId) => stage.player(userId)));
  if (stays === undefined || goes === undefined) throw new Error('unable to open the scene; two players are needed');
  line.expect(room, `${stays.userId} joins, code`, await stays.join(room), 0);
  line.expect(room, `${goes.userId} joins, code`, await goes.join(room), 0);
  const { seq } = await stays.send(room, 'welcome');
  await goes.events.until('the first message', (event) => event.kind === 'message' && event.room === room);
  line.note(room, `online: ${stays.userId}, ${goes.userId}; message ${seq} reached both`);
  return { stage, line, room, stays, goes, seq };
}

/** The network of the player who goes fails. Returns when the server noticed it. */
export async function goOffline({ stage, line, room, stays, goes, seq }: Scene): Promise<number> {
  await stage.disconnect(goes);
  const nowMs = Date.now();
  line.note(
    room,
    `${goes.userId} loses the network; offline since message ${seq}, ${line.at(nowMs)}; online: ${stays.userId}`,
  );
  return nowMs;
}

/** The 31st message since the disconnect evicts the player, the 30th does not; or as `offlineMessageLimit` has it. */
export async function thirtyFirstMessage(scene: Scene): Promise<void> {
  const { stage, line, room, stays, goes } = scene;
  const { offlineMessageLimit: limit, offlineGraceMs } = stage.rules;
  const onlineAtMs = Date.now();
  await goOffline(scene);
  await sendMany(scene, limit - 1);
  if (Date.now() - onlineAtMs >= offlineGraceMs) {
    throw new Error(`unable to judge; ${limit - 1} messages took longer than the grace of ${offlineGraceMs} ms`);
  }
  line.expect(room, `${goes.userId} is a member after ${limit - 1} messages`, await isIn(scene), true);
  line.expect(room, `${stays.userId} was notified of ends`, endsReported(scene), 0);
  await evictedByNext(scene, `message number ${limit}`);
  goes.regainNetwork();
  await notifiedOnReturn(scene);
}

/** An allowlisted member who is offline stays, however much is sent. */
export async function allowlisted(scene: Scene): Promise<void> {
  const { line, room, stage, goes } = scene;
  await stage.appServer.call('/chatroom/user/whitelist/add.json', { chatroomId: room, userId: goes.userId });
  line.note(room, `${goes.userId} is put on the allowlist`);
  await goOffline(scene);
  const { offlineMessageLimit: limit } = stage.rules;
  await sendMany(scene, limit);
  line.expect(room, `${goes.userId} is a member after ${limit} messages`, await isIn(scene), true);
  line.expect(room, `${scene.stays.userId} was notified of ends`, endsReported(scene), 0);
}

/** A block removes a member at once and refuses their joins. */
export async function blocked(scene: Scene): Promise<void> {
  const { line, room, stage, goes } = scene;
  await stage.appServer.call('/chatroom/user/block/add.json', { chatroomId: room, userId: goes.userId, minute: '1' });
  line.note(room, `the app server blocks ${goes.userId}`);
  const removed = await goes.events.until('the end by a block', (event) => event.kind === 'removed');
  line.expect(room, `${goes.userId} is notified`, removed, { kind: 'removed', room, reason: 'blocked' });
  await roomIsNotified(scene);
  line.expect(room, `${goes.userId} is a member`, await isIn(scene), false);
  line.expect(room, `${goes.userId} joins again, code`, await goes.join(room), Code.BLOCKED);
}

/** A player leaves. */
export async function leaving(scene: Scene): Promise<void> {
  const { line, room, goes } = scene;
  line.expect(room, `${goes.userId} leaves, code`, await goes.leave(room), 0);
  await roomIsNotified(scene);
  line.expect(room, `${goes.userId} is a member`, await isIn(scene), false);
}

/** More than the grace has passed: one message evicts the player. */
export async function afterGrace(scene: Scene): Promise<void> {
  const { line, room, goes } = scene;
  line.expect(room, `${goes.userId} is a member until a message is sent`, await isIn(scene), true);
  await evictedByNext(scene, `first message after ${scene.stage.rules.offlineGraceMs / 1000} s`);
  goes.regainNetwork();
  await notifiedOnReturn(scene);
}

/** More than the grace has passed, but nobody sent anything. */
export async function silent(scene: Scene): Promise<void> {
  const { line, room, stays, goes } = scene;
  line.expect(room, `no message was sent; ${goes.userId} is a member`, await isIn(scene), true);
  line.expect(room, `${stays.userId} was notified of ends`, endsReported(scene), 0);
}

const isIn = ({ stage, room, goes }: Scene): Promise<boolean> => stage.appServer.isMember(room, goes.userId);

const endsReported = ({ stays, room }: Scene): number =>
  stays.events.all.filter((event) => event.kind === 'left' && event.room === room).length;

async function sendMany({ line, room, stays }: Scene, count: number): Promise<void> {
  let last = 0;
  for (let number = 1; number <= count; number += 1) {
    const { code, seq } = await stays.send(room, `number ${number}`);
    if (code !== 0) throw new Error(`unable to send number ${number}; code ${code}`);
    last = seq;
  }
  line.note(room, `${stays.userId} sent ${count} messages; the newest is message ${last}`);
}

async function evictedByNext(scene: Scene, what: string): Promise<void> {
  const { line, room, stays, goes } = scene;
  const { code, seq, sentAtMs } = await stays.send(room, what);
  if (code !== 0) throw new Error(`unable to send the ${what}; code ${code}`);
  line.note(room, `${stays.userId} sends the ${what}: message ${seq} at ${line.at(sentAtMs)} evicts ${goes.userId}`);
  line.expect(room, `${goes.userId} is a member`, await isIn(scene), false);
  await roomIsNotified(scene);
}

async function roomIsNotified(scene: Scene): Promise<void> {
  const { stage, line, room, stays, goes } = scene;
  if (!stage.rules.notifyMemberChanges) return;
  await stays.events.until('the notice to the room', (event) => event.kind === 'left' && event.userId === goes.userId);
  line.expect(room, `${stays.userId} is notified by onChatRoomMemberChanged; notices`, endsReported(scene), 1);
}

async function notifiedOnReturn({ line, room, goes }: Scene): Promise<void> {
  const removed = await goes.events.until('the end of the membership', (event) => event.kind === 'removed');
  line.expect(room, `${goes.userId} is back online and notified`, removed, {
    kind: 'removed',
    room,
    reason: 'offline',
  });
  const rejoined = await goes.events.until('the new membership', (event) => event.kind === 'rejoined');
  line.expect(room, `${goes.userId}'s SDK joins again`, rejoined, { kind: 'rejoined', room, code: 0 });
}
