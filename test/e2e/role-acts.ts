import type { BareSocket } from './bare-socket.ts';
import type { WatchedDeployment } from './watched-deployment.ts';

const text = (room: string, content: string, clientMessageId: string) => ({
  ...{ action: 'send', room, clientMessageId, type: 'RC:TxtMsg' },
  content: JSON.stringify({ content }),
});
const isMessage = ({ event }: { readonly event?: string }): boolean => event === 'messages';

/** Loses a connection of the deployment; nothing learns of it before a post or the sweep. */
async function vanish(d: WatchedDeployment, open: () => Promise<BareSocket>): Promise<void> {
  const before = new Set(d.stack.testing.connectionIds());
  const socket = await open();
  // What the connection's join announces is over, so the next post finds it gone.
  await d.drain();
  d.losesDisconnects = true;
  for (const id of d.stack.testing.connectionIds()) if (!before.has(id)) d.stack.testing.forceClose(id);
  await socket.closed;
}

/** A second device of the same platform: the connect Lambda closes the first one. */
export async function replaceDevice(d: WatchedDeployment): Promise<void> {
  const first = await d.enter('twice', 'replaced');
  await d.connect('twice', 'query');
  await first.until('the close', ({ event }) => event === 'closing');
  await first.closed;
}

/** A disconnect that is delivered. */
export async function disconnect(d: WatchedDeployment): Promise<void> {
  const { length } = d.disconnects.all;
  (await d.enter('dave', 'disconnected')).terminate();
  await d.disconnects.until('the disconnect', () => d.disconnects.all.length > length);
}

/** Messages, entries and a leave; then a message to a connection that is gone. */
export async function talk(d: WatchedDeployment): Promise<void> {
  const [ann, bob] = [await d.enter('ann', 'hall'), await d.enter('bob', 'hall')];
  await ann.ask(text('hall', 'hello', 'm-1'));
  await bob.until('the message', isMessage);
  await bob.ask({ action: 'setEntries', room: 'hall', entries: { colour: 'red' }, autoDelete: true, overwrite: true });
  await ann.ask({ action: 'getEntries', room: 'hall', afterKey: '' });
  await ann.ask({ action: 'history', room: 'hall', timestampMs: 0, order: 'descending', count: 5 });
  await ann.ask({ action: 'signal', room: 'hall', type: 'typing', data: '' });
  await ann.ask({ action: 'info', room: 'hall', memberCount: 20, order: 'descending' });
  await bob.ask({ action: 'leave', room: 'hall' });
  await d.drain();
  await vanish(d, () => d.enter('carol', 'hall'));
  await d.drain();
  await ann.ask(text('hall', 'is anyone there?', 'm-2'));
  d.losesDisconnects = false;
}

/** Calls of the app's server that read, post, close and delete. */
export async function administrate(d: WatchedDeployment): Promise<void> {
  const room = { chatroomId: 'office' };
  const erin = await d.enter('erin', 'office');
  await d.done('/chatroom/entry/set.json', { ...room, userId: 'erin', key: 'k', value: 'v' });
  await d.done('/chatroom/entry/query.json', { ...room });
  await d.done('/chatroom/users/exist.json', { ...room, userId: ['erin', 'frank'] });
  const publish = { fromUserId: 'system', toChatroomId: 'office', objectName: 'RC:TxtMsg', content: '{}' };
  await d.done('/message/chatroom/publish.json', publish);
  await erin.until('the message', isMessage);
  await d.done('/user/block.json', { userId: 'erin', minute: '1' });
  await erin.closed;
  await d.done('/chatroom/destroy.json', room);
  await d.drain();
}

/** Changes that are announced to members, one of them gone, and the deletion of a user. */
export async function announce(d: WatchedDeployment): Promise<void> {
  const gina = await d.enter('gina', 'square');
  await d.drain();
  await vanish(d, () => d.enter('hugo', 'square'));
  await d.drain();
  await (await d.enter('ida', 'square')).ask({ action: 'leave', room: 'square' });
  await d.drain();
  d.losesDisconnects = false;
  await gina.until('the change', ({ event }) => event === 'members');
  await d.done('/user/delusers.json', { userId: 'ida' });
  await d.drain();
}

const publish = (d: WatchedDeployment, content: string) => {
  const message = { fromUserId: 'system', toChatroomId: 'stadium', objectName: 'RC:TxtMsg', content };
  return d.done('/message/chatroom/publish.json', message);
};

/** A room with many rows, in which the Lambda that delivers does all that it can do. */
export async function crowd(d: WatchedDeployment): Promise<void> {
  const [nora, paul] = [await d.enter('nora', 'stadium'), await d.enter('paul', 'stadium')];
  for (let call = 0; call < 7; call += 1) {
    const userId = Array.from({ length: 20 }, (_, index) => `barred-${call}-${index}`);
    await d.done('/chatroom/user/block/add.json', { chatroomId: 'stadium', userId, minute: '60' });
  }
  const { messageId } = await nora.ask(text('stadium', 'hello', 's-1'));
  await paul.until('the message', isMessage);
  // One who is evicted, one who is gone, and contents that need rows of their own.
  const { length } = d.disconnects.all;
  (await d.enter('oleg', 'stadium')).terminate();
  await d.disconnects.until('the disconnect', () => d.disconnects.all.length > length);
  await vanish(d, () => d.enter('quinn', 'stadium'));
  for (let count = 0; count < 31; count += 1) await publish(d, JSON.stringify({ content: 'x'.repeat(900) }));
  await d.drain();
  d.losesDisconnects = false;
  // Posts that fail, and what is posted outside the windows.
  d.failsPosts = true;
  for (let count = 0; count < 14; count += 1) await publish(d, '{}');
  await d.drain();
  d.failsPosts = false;
  await nora.ask({ action: 'recall', room: 'stadium', messageId });
  await d.done('/chatroom/entry/set.json', { chatroomId: 'stadium', userId: 'nora', key: 'k', value: 'v' });
  await (await d.enter('rosa', 'stadium')).ask({ action: 'leave', room: 'stadium' });
  await d.drain();
}

/** What a deleted user has in a crowded room is removed by the sweep where the stream's Lambda was unable to. */
export async function eraseLater(d: WatchedDeployment): Promise<void> {
  await d.done('/chatroom/entry/set.json', { chatroomId: 'stadium', userId: 'vera', key: 'v', value: '1' });
  d.table.fail('error', (operation) => operation === 'BatchGetItem');
  await d.done('/user/delusers.json', { userId: 'vera' });
  await d.drain();
  d.table.heal();
  await d.sweep();
}

/** The Lambda that delivers dies before it begins: another one starts it again. */
export async function abandon(d: WatchedDeployment): Promise<void> {
  const paul = await d.enter('paul', 'stadium');
  d.stack.testing.crash('Chatroom/Default/Deliver/Function', 'before');
  await publish(d, '{"content":"late"}');
  await d.drain();
  await paul.until('the message', (frame) => isMessage(frame) && JSON.stringify(frame).includes('late'));
}

/** Sweeps: the first closes a silent connection, a later one destroys an idle room and notifies the member who is in it. */
export async function sweepAll(d: WatchedDeployment): Promise<void> {
  d.losesDisconnects = true;
  const [kate, liam] = [await d.enter('kate', 'idle'), await d.enter('liam', 'idle')];
  d.pass(175_000);
  await kate.ask({ action: 'ping' });
  await d.sweep();
  await liam.closed;
  for (let tens = 0; tens < 7; tens += 1) {
    d.pass(600_000);
    await kate.ask({ action: 'ping' });
    await d.sweep();
  }
  await kate.until('the end of the room', ({ event }) => event === 'destroyed');
  d.losesDisconnects = false;
  await d.drain();
}

/** A change that the stream gives up after all its retries. */
export async function loseChange(d: WatchedDeployment): Promise<void> {
  const lost = d.stack.testing.queue(String(d.stack.outputs.LostChangesQueueUrl));
  d.table.fail('error', (operation, body) => operation === 'PutItem' && body.includes('LIST#rooms'));
  await d.done('/chatroom/create_new.json', { chatroomId: 'never-listed' });
  await d.drain();
  d.table.heal();
  if (lost.messages().length === 0) throw new Error('unable to lose a change; the queue of lost changes is empty');
}
