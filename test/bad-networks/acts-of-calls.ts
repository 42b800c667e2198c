import type { Stage } from './stage.ts';

/** A message is on its way when the connection is reset. */
export async function sending(stage: Stage): Promise<void> {
  const { ann, room } = stage;
  await stage.enter();
  ann.network.forget();
  ann.network.freeze('up');
  await ann.send(room, 'm1');
  await ann.network.until('up', 'held');
  await stage.loseAnn('reset');
  ann.network.thaw();
  await ann.dials('CONNECTED');
  await ann.sees('callback onMessageSent 0 "m1" seq 1');
}

export async function sent(stage: Stage): Promise<void> {
  const { ann, bob, room } = stage;
  await stage.enter();
  ann.network.freeze('down');
  await ann.send(room, 'm1');
  await bob.sees('message "m1"');
  await stage.loseAnn('reset');
  ann.network.thaw();
  await ann.dials('CONNECTED');
  await ann.sees('callback onMessageSent 0 "m1" seq 1');
}

export async function joining(stage: Stage): Promise<void> {
  const { ann, bob, room } = stage;
  await bob.enter(room);
  await ann.connect();
  ann.forget();
  ann.network.freeze('down');
  ann.join(room);
  await bob.sees('ann joined');
  await stage.loseAnn('reset');
  ann.network.thaw();
  await ann.dials('CONNECTED');
  await ann.sees('callback onChatRoomJoined 0');
}

export async function leaving(stage: Stage): Promise<void> {
  const { ann, bob, room } = stage;
  await stage.enter();
  ann.network.lose('down');
  ann.leave(room);
  await bob.sees('ann left');
  ann.timers.advance(20_000);
  await ann.dials('CONNECTED');
  await ann.sees('callback onChatRoomLeft 0');
}

const HALF_TRIP_MS = 6_000;

/** What Ann asks now is answered a round trip later. */
async function waitForSlowAnswer({ ann }: Stage, arrives: () => Promise<void>): Promise<void> {
  await ann.network.until('up', 'held');
  ann.timers.advance(HALF_TRIP_MS);
  await arrives();
  await ann.network.until('down', 'held', '"answer"');
  ann.timers.advance(HALF_TRIP_MS);
}

/** What was asked again in between is answered, too. */
function endSlowness({ ann }: Stage): void {
  ann.network.delay(0);
  ann.timers.advance(HALF_TRIP_MS);
}

export async function slowSend(stage: Stage): Promise<void> {
  const { ann, bob, room } = stage;
  await stage.enter();
  ann.network.forget();
  ann.network.delay(HALF_TRIP_MS);
  await ann.send(room, 'm1');
  await waitForSlowAnswer(stage, () => bob.sees('message "m1"'));
  await ann.sees('callback onMessageSent 0 "m1" seq 1');
  endSlowness(stage);
}

export async function slowLeave(stage: Stage): Promise<void> {
  const { ann, bob, room } = stage;
  await stage.enter();
  ann.network.forget();
  ann.network.delay(HALF_TRIP_MS);
  ann.leave(room);
  await waitForSlowAnswer(stage, () => bob.sees('ann left'));
  await ann.sees('callback onChatRoomLeft 0');
  endSlowness(stage);
}

export async function hanging(stage: Stage): Promise<void> {
  const { ann, room } = stage;
  await stage.enter();
  ann.network.freeze('up', 'down');
  await stage.loseAnn('reset');
  await ann.send(room, 'm1');
  ann.timers.advance(30_000);
  await ann.sees('callback onMessageSent 30002 "m1"');
  ann.network.refuse();
  ann.network.end('reset');
  await ann.sees('status SUSPEND', 4);
  ann.network.thaw();
  ann.network.admit();
  await ann.dials('CONNECTED');
}
