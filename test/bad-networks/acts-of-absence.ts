import type { Stage } from './stage.ts';

const HOUR_MS = 3_600_000;
const TOKEN_LIFE_SEC = 600;

/** Ann's device is offline while others send. */
async function missMessages(stage: Stage, count: number): Promise<void> {
  const { ann, bob, room } = stage;
  await stage.enter();
  ann.network.refuse();
  await stage.loseAnn('reset');
  await bob.say(room, ...Array.from({ length: count }, (_, index) => `b${index + 1}`));
}

async function returnAnn({ ann }: Stage): Promise<void> {
  ann.network.admit();
  await ann.dials('CONNECTED');
}

export async function offlineFor30(stage: Stage): Promise<void> {
  await missMessages(stage, 30);
  await returnAnn(stage);
  await stage.ann.sees('message "b30", sent before');
}

export async function offlineFor31(stage: Stage): Promise<void> {
  const { ann, bob } = stage;
  await missMessages(stage, 31);
  await bob.sees('ann left');
  await returnAnn(stage);
  await ann.sees('listener onChatRoomJoined 0');
  await bob.sees('ann joined');
}

export async function blocked(stage: Stage): Promise<void> {
  const { ann, bob, room, deployment } = stage;
  await missMessages(stage, 0);
  const block = { chatroomId: room, userId: ann.userId, minute: '1' };
  await deployment.appServer.call('/chatroom/user/block/add.json', block);
  await bob.sees('ann left');
  await returnAnn(stage);
  await ann.sees('removed: blocked');
  ann.join(room);
  await ann.sees('callback onChatRoomJoined 23409');
}

/** An hour passes for everybody, and Ann's device sleeps. */
function sleepAnHour({ ann, deployment }: Stage): void {
  ann.sleep(HOUR_MS);
  deployment.pass(HOUR_MS);
}

/** Only Ann is in the room: the connection of another member would be too old after the hour. */
export async function token(stage: Stage): Promise<void> {
  const { ann, room } = stage;
  await ann.enter(room, () => {
    ann.note('the function for tokens is called');
    return ann.token(TOKEN_LIFE_SEC);
  });
  ann.network.refuse();
  await stage.loseAnn('reset');
  sleepAnHour(stage);
  await returnAnn(stage);
  await stage.bob.enter(room);
}

export async function tokenAlone(stage: Stage): Promise<void> {
  const { ann, room } = stage;
  await ann.enter(room, await ann.token(TOKEN_LIFE_SEC));
  ann.network.refuse();
  await stage.loseAnn('reset');
  sleepAnHour(stage);
  ann.network.admit();
  await ann.dials('TOKEN_INCORRECT');
  await ann.connect();
  await stage.bob.enter(room);
}
