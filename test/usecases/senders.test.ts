import { expect, test } from 'vitest';
import type { MessagesAnswer } from '../../lib/protocol/answers.ts';
import { sendMessage } from '../../lib/usecases/send-message.ts';
import { useStore } from '../support/emulators.ts';
import { framesOf } from './changed-world.ts';
import { createMeteredWorld } from './metered-world.ts';

const use = useStore('dynoxide');
const sender = { name: 'Ann', portrait: 'https://a.example/ann.png' };

/** Two members; the connection of one says who they are. */
async function talk() {
  const { world, costOf } = createMeteredWorld(use(), {});
  const ann = { ...(await world.enter('ann')), sender };
  const bob = await world.enter('bob');
  let sent = 0;
  const send = (content: string, from = ann) => {
    sent += 1;
    world.pass(1_000);
    const message = { room: world.room, clientMessageId: `m${sent}`, type: 'app:x', content };
    return sendMessage(world.deps, from, message);
  };
  const pushed = () => framesOf(world, bob, 'messages').flatMap(({ messages }) => messages);
  const history = async () => {
    const frame = { action: 'history', room: world.room, timestampMs: 0, order: 'ascending', count: 50 };
    return ((await world.frame<MessagesAnswer>(bob, frame)) as MessagesAnswer).messages;
  };
  return { world, costOf, ann, bob, send, pushed, history };
}

test('a message has what its connection knows of the sender, in the push and in the history', async () => {
  const { bob, send, pushed, history } = await talk();
  await send('one');
  await send('two', { ...bob, sender: { name: 'Bob', portrait: '' } });
  // More than the tail holds, so that some are in the log.
  for (let more = 0; more < 10; more += 1) await send('x'.repeat(300));
  expect(pushed()[0]).toMatchObject({ seq: 1, senderUserId: 'ann', sender });
  const read = await history();
  expect(read).toHaveLength(12);
  expect(read[0]).toMatchObject({ seq: 1, sender });
  expect(read[1]).toMatchObject({ seq: 2, sender: { name: 'Bob' } });
  expect(read.every((message) => message.sender !== undefined)).toBe(true);
});

test('a message of a connection that knows nothing of the sender is as it was', async () => {
  const { world, bob, pushed } = await talk();
  await world.publish(1);
  await world.send(bob);
  expect(pushed().length).toBeGreaterThan(0);
  expect(pushed().filter((message) => 'sender' in message)).toEqual([]);
});

test('it costs no read, and no write where the message is short', async () => {
  const { costOf, world, ann, bob, send } = await talk();
  await send('{}');
  await world.send(bob);
  const { sender: _sender, ...plain } = ann;
  world.pass(1_000);
  const without = await costOf(() => world.send(plain));
  world.pass(1_000);
  const having = await costOf(() => send('{}'));
  expect(having.readUnits).toBe(without.readUnits);
});

test('a content that leaves no space for it goes without', async () => {
  const { send, history } = await talk();
  expect(await send('x'.repeat(31_744))).toMatchObject({ code: 0 });
  const [message] = await history();
  expect(message).toMatchObject({ content: 'x'.repeat(31_744) });
  expect(message).not.toHaveProperty('sender');
});

test('a recalled message says nothing of its sender', async () => {
  const { world, ann, send, history } = await talk();
  const sent = await send('one');
  const messageId = 'messageId' in sent ? sent.messageId : '';
  expect(await world.frame(ann, { action: 'recall', room: world.room, messageId })).toEqual({ code: 0 });
  const [note] = await history();
  expect(note).toMatchObject({ recalled: true });
  expect(note).not.toHaveProperty('sender');
});
