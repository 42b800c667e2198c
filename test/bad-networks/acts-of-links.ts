import type { Stage } from './stage.ts';

/** The connection is dead in both directions. */
export async function dead(stage: Stage): Promise<void> {
  const { ann, bob, room } = stage;
  await stage.enter();
  ann.network.lose('up', 'down');
  await bob.say(room, 'b1');
  await ann.network.untilText('lost', 'b1');
  ann.timers.advance(55_000);
  await ann.dials('CONNECTED');
  await ann.sees('message "b1", sent before');
}

export async function mute(stage: Stage): Promise<void> {
  const { ann, bob, room } = stage;
  await stage.enter();
  ann.network.lose('up');
  await ann.send(room, 'm1');
  await ann.network.until('up', 'lost');
  for (const text of ['b1', 'b2', 'b3', 'b4']) {
    await bob.say(room, text);
    await ann.sees(`message "${text}"`);
    ann.timers.advance(10_000);
  }
  await ann.dials('CONNECTED');
  await ann.sees('listener onMessageSent 0 "m1" seq 5');
}

export async function deaf(stage: Stage): Promise<void> {
  const { ann, bob, room } = stage;
  await stage.enter();
  ann.network.lose('down');
  await ann.send(room, 'm1');
  await bob.sees('message "m1"');
  ann.timers.advance(20_000);
  await ann.dials('CONNECTED');
  await ann.sees('callback onMessageSent 0 "m1" seq 1');
}

export async function refused(stage: Stage): Promise<void> {
  const { ann, bob, room } = stage;
  await stage.enter();
  ann.network.refuse();
  await stage.loseAnn('finish');
  for (let attempt = 0; attempt < 4; attempt += 1) await ann.dials('SUSPEND');
  await bob.say(room, 'b1');
  ann.network.admit();
  await ann.dials('CONNECTED');
  await ann.sees('message "b1", sent before');
}

export async function restart(stage: Stage): Promise<void> {
  const { ann, bob, room } = stage;
  await stage.enter();
  await stage.deployment.restart();
  await ann.sees('status SUSPEND');
  await bob.sees('status SUSPEND');
  await bob.dials('CONNECTED');
  // A message is sent after the resume: from then on Bob gets each push.
  await bob.say(room, 'b0');
  await ann.dials('CONNECTED');
  await ann.sees('message "b0", sent before');
  await ann.say(room, 'm1');
  await bob.sees('message "m1"');
  await bob.say(room, 'b1');
  await ann.sees('message "b1"');
}

/** From one network to another, while the server believes that the old connection lives. */
export async function switchNetwork(stage: Stage): Promise<void> {
  const { ann, bob, room } = stage;
  await stage.enter();
  ann.network.lose('up', 'down');
  ann.notice('offline');
  await bob.say(room, 'b1');
  await ann.network.untilText('lost', 'b1');
  ann.notice('online');
  ann.timers.advance(10_000);
  await ann.dials('CONNECTED');
  await ann.sees('message "b1", sent before');
}

export async function slow(stage: Stage): Promise<void> {
  const { ann, bob, room, deployment } = stage;
  const texts = Array.from({ length: 20 }, (_, index) => `b${index + 1}`);
  await stage.enter();
  ann.network.throttle(2_000);
  await bob.say(room, ...texts);
  await deployment.stack.testing.drain();
  for (const text of texts) await ann.network.untilText('held', text);
  await ann.send(room, 'm1');
  await bob.sees('message "m1"');
  await ann.network.until('down', 'held', '"answer"');
  ann.network.throttle(0);
  ann.timers.advance(9_000);
  await ann.sees('callback onMessageSent 0 "m1" seq 21');
}

export async function hole(stage: Stage): Promise<void> {
  const { ann, bob, room } = stage;
  await stage.enter();
  ann.network.lose('down');
  await bob.say(room, 'b1');
  await ann.network.untilText('lost', 'b1');
  ann.network.regain();
  await bob.say(room, 'b2');
  await ann.gets('b2');
  ann.timers.advance(200);
  await ann.sees('message "b2"');
}

/** The phone of a user has a dead connection, their computer a good one. */
export async function twoDevices(stage: Stage): Promise<void> {
  const { ann: phone, bob, room } = stage;
  const computer = stage.device('ann', 'desktop', false);
  await stage.enter();
  await computer.enter(room);
  phone.network.lose('up', 'down');
  await bob.say(room, 'b1');
  await computer.sees('message "b1"');
  await computer.say(room, 'm1');
  await phone.network.untilText('lost', 'm1');
  phone.timers.advance(55_000);
  await phone.dials('CONNECTED');
  await phone.sees('message "m1", sent before');
}
