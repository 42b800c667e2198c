import { describe, expect, it } from 'vitest';
import {
  type DeliveredMessage,
  RCIMIWConversationType,
  RCIMIWCustomMessagePolicy,
  RCIMIWMentionedType,
  type RCIMIWMessage,
  RCIMIWMessageType,
  type RCIMIWTextMessage,
} from '../../lib/client/index.ts';
import { token, useScriptedEngine } from './scripted-engine.ts';
import { message } from './server-frames.ts';

const { CHATROOM } = RCIMIWConversationType;
const script = useScriptedEngine();

function nextMessage(): Promise<DeliveredMessage> {
  return new Promise((resolve) => script.engine.setOnMessageReceivedListener(resolve));
}

const userInfo = { userId: 'ann', name: 'Ann', portrait: 'https://a.example/ann.png', alias: 'A', extra: 'x' };
const mentionedInfo = { type: RCIMIWMentionedType.PART, userIdList: ['bob'], mentionedContent: 'you' };
const extras = { extra: 'more', userInfo, mentionedInfo, expansion: { key: 'value' } };
const extrasOnTheWire = {
  extra: 'more',
  user: { id: 'ann', name: 'Ann', portrait: 'https://a.example/ann.png', alias: 'A', extra: 'x' },
  mentionedInfo: { type: 2, userIdList: ['bob'], mentionedContent: 'you' },
  expansion: { key: 'value' },
};

/** Sends it and lets the server push it as a message of another user; resolves to the content, and to what arrives. */
async function roundTrip(sent: RCIMIWMessage, seq: number): Promise<{ type: string; content: unknown; got: object }> {
  expect(await script.engine.sendMessage(sent)).toBe(0);
  const { id, type, content } = await script.server.take('send');
  script.refuse(id, 23408);
  const next = nextMessage();
  script.pushMessages(message(seq, { type, content }));
  return { type, content: JSON.parse(content), got: await next };
}

describe('what an app sets on a message before it sends it arrives', () => {
  const url = 'https://files.example/a/cat.png?size=1';
  const create = {
    text: () => script.engine.createTextMessage(CHATROOM, 'r', '', 'one'),
    image: () => script.engine.createImageMessage(CHATROOM, 'r', null, url),
    file: () => script.engine.createFileMessage(CHATROOM, 'r', '', url),
    voice: () => script.engine.createVoiceMessage(CHATROOM, 'r', '', url, 3),
    custom: () => {
      const policy = RCIMIWCustomMessagePolicy.NORMAL;
      return script.engine.createCustomMessage(CHATROOM, 'r', '', policy, 'app:gift', new Map([['gift', 'rose']]));
    },
  };

  it.each([
    ['text', { text: 'edited' }, 'RC:TxtMsg', { content: 'edited' }, { text: 'edited' }],
    [
      'image',
      { thumbnailBase64String: 'AAAA', original: true },
      'RC:ImgMsg',
      { content: 'AAAA', imageUri: url, isFull: true },
      { thumbnailBase64String: 'AAAA', original: true, remote: url },
    ],
    [
      'file',
      { size: 5, fileType: 'png' },
      'RC:FileMsg',
      { name: 'cat.png', size: 5, type: 'png', fileUrl: url },
      { name: 'cat.png', size: 5, fileType: 'png', remote: url },
    ],
    ['voice', {}, 'RC:HQVCMsg', { remoteUrl: url, duration: 3 }, { remote: url, duration: 3 }],
    ['custom', {}, 'app:gift', { gift: 'rose' }, { identifier: 'app:gift', fields: { gift: 'rose', extra: 'more' } }],
  ] as const)('%s', async (kind, edits, objectName, wire, received) => {
    await script.join();
    const made = Object.assign(await create[kind](), edits, extras);
    const { type, content, got } = await roundTrip(made, 1);
    expect(type).toBe(objectName);
    expect(content).toEqual({ ...wire, ...extrasOnTheWire });
    expect(got).toMatchObject({ ...received, ...extras, messageType: made.messageType });
  });

  it('also where a server API published it, by older names and numbers as texts', async () => {
    await script.join();
    const user = { id: 'bob', name: 'Bob', icon: 'https://a.example/bob.png', age: 3 };
    const mentioned = { type: 1, userIdList: 'all' };
    const content = JSON.stringify({ name: 'a.txt', size: '190', fileUrl: url, user, mentionedInfo: mentioned });
    const next = nextMessage();
    script.pushMessages(message(1, { type: 'RC:FileMsg', content }));
    expect(await next).toMatchObject({
      messageType: RCIMIWMessageType.FILE,
      ...{ name: 'a.txt', size: 190, fileType: '', remote: url },
      userInfo: { userId: 'bob', name: 'Bob', portrait: 'https://a.example/bob.png' },
      mentionedInfo: { type: RCIMIWMentionedType.ALL, userIdList: [] },
    });
  });

  it('a field of a custom message comes before an extra of its name', async () => {
    await script.join();
    const made = await create.custom();
    made.fields = { extra: 'field', user: 'text' };
    const { content, got } = await roundTrip(Object.assign(made, { extra: 'extra' }), 1);
    expect(content).toEqual({ extra: 'field', user: 'text' });
    expect(got).toMatchObject({ fields: { extra: 'field', user: 'text' }, extra: 'field' });
  });

  it('a type without a form of its own is shown as raw data, with its extras', async () => {
    await script.join();
    const content = JSON.stringify({ duration: 3, user: { id: 'bob' }, extra: 'x' });
    const next = nextMessage();
    script.pushMessages(message(1, { type: 'RC:SightMsg', content }));
    expect(await next).toMatchObject({ messageType: 0, rawData: content, userInfo: { userId: 'bob' }, extra: 'x' });
  });
});

describe('a plain object', () => {
  const plain = (): RCIMIWTextMessage => ({
    conversationType: CHATROOM,
    messageType: RCIMIWMessageType.TEXT,
    targetId: 'r',
    text: 'hello',
  });
  const report = {
    onMessageSent: (code: number, { seq, messageUId }: DeliveredMessage) => script.events.put([code, seq, messageUId]),
  };

  it('is sent, and once: again after an unknown outcome it has the same id', async () => {
    await script.join();
    const given = plain();
    await script.engine.sendMessage(given, report);
    const first = await script.server.take('send');
    script.refuse(first.id, 20604);
    expect(await script.events.next()).toEqual([20604, 0, '']);
    await script.engine.sendMessage(given, report);
    const second = await script.server.take('send');
    expect([second.clientMessageId, second.content]).toEqual([first.clientMessageId, '{"content":"hello"}']);
    script.accept(second.id, 4, 9);
    expect(await script.events.next()).toEqual([0, 4, 'm4']);
    expect(given).toMatchObject({ seq: 4, messageUId: 'm4', sentStatus: 2, senderUserId: 'ann', direction: 0 });
  });

  it('with another content is another message', async () => {
    await script.join();
    const given = plain();
    await script.engine.sendMessage(given, report);
    const first = await script.server.take('send');
    script.accept(first.id, 4, 9);
    expect(await script.events.next()).toEqual([0, 4, 'm4']);
    given.text = 'bye';
    await script.engine.sendMessage(given, report);
    const second = await script.server.take('send');
    expect(second.clientMessageId).not.toBe(first.clientMessageId);
    expect(second.content).toBe('{"content":"bye"}');
    expect(given.messageUId).toBe('');
  });

  it('that is frozen is sent as a copy', async () => {
    await script.join();
    const given = Object.freeze(plain());
    expect(await script.engine.sendMessage(given, report)).toBe(0);
    script.accept((await script.server.take('send')).id, 4, 9);
    expect(await script.events.next()).toEqual([0, 4, 'm4']);
    expect(given).toEqual(plain());
  });

  it('that is frozen is one message, however often it is sent', async () => {
    await script.join();
    const given = Object.freeze(plain());
    await script.engine.sendMessage(given, report);
    const first = await script.server.take('send');
    script.refuse(first.id, 20604);
    await script.engine.sendMessage(given, report);
    expect((await script.server.take('send')).clientMessageId).toBe(first.clientMessageId);
  });

  it('with an id of the app keeps it, and its push is not a message of another user', async () => {
    await script.join();
    await script.engine.sendMessage({ ...plain(), clientMessageId: 'former-run-7' }, report);
    const { id, clientMessageId } = await script.server.take('send');
    expect(clientMessageId).toBe('former-run-7');
    script.pushMessages(message(1, { senderUserId: 'ann', clientMessageId }));
    script.accept(id, 1, 9);
    expect(await script.events.next()).toEqual([0, 1, 'm1']);
    script.pushMessages(message(2));
    expect(await script.events.next()).toEqual(['message', 2, 0, false]);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'hello'],
    ['no type', { ...plain(), messageType: undefined }],
    ['a type without a form', { ...plain(), messageType: RCIMIWMessageType.SIGHT }],
    ['no text', { ...plain(), text: undefined }],
    ['no room', { ...plain(), targetId: '' }],
    ['a group', { ...plain(), conversationType: RCIMIWConversationType.GROUP }],
    ['an image without an address', { ...plain(), messageType: RCIMIWMessageType.IMAGE }],
    ['a file of a size that is no number', { ...plain(), messageType: RCIMIWMessageType.FILE, remote: 'u', size: '5' }],
    ['a duration that is no number', { ...plain(), messageType: RCIMIWMessageType.VOICE, remote: 'u', duration: '5' }],
    ['fields that are no texts', { ...plain(), messageType: 1, identifier: 'app:x', fields: { a: 1 } }],
    ['fields without an identifier', { ...plain(), messageType: 1, fields: {} }],
    ['an extra that is no text', { ...plain(), extra: 1 }],
    ['a user that is no object', { ...plain(), userInfo: 'ann' }],
    ['a name that is no text', { ...plain(), userInfo: { name: 1 } }],
    ['mentions without a list', { ...plain(), mentionedInfo: { userIdList: 'bob' } }],
    ['mentions of another kind', { ...plain(), mentionedInfo: { type: 7 } }],
    ['an expansion of numbers', { ...plain(), expansion: { a: 1 } }],
  ])('that is %s is a parameter error', async (_what, given) => {
    await script.join();
    expect(await script.engine.sendMessage(given as RCIMIWMessage, report)).toBe(1);
    await script.flush();
  });

  it('may have null where the native wrappers have it', async () => {
    await script.join();
    const nothing = { extra: null, userInfo: null, mentionedInfo: null, expansion: null, channelId: null };
    expect(await script.engine.sendMessage({ ...plain(), ...nothing } as never)).toBe(0);
    expect((await script.server.take('send')).content).toBe('{"content":"hello"}');
  });
});

it('a received message is sent on as a message of its own, and stays as it is', async () => {
  await script.join();
  const next = nextMessage();
  const content = '{"content":"hello","user":{"id":"bob","name":"Bob"}}';
  script.pushMessages(message(1, { senderUserId: 'bob', clientMessageId: 'of-bob', content }));
  const received = await next;
  const before = structuredClone(received);
  const sent = new Promise<DeliveredMessage>((resolve) => {
    void script.engine.sendMessage(received, { onMessageSent: (_code, outcome) => resolve(outcome) });
  });
  const frame = await script.server.take('send');
  expect(frame).toMatchObject({ type: 'RC:TxtMsg', content });
  expect(frame.clientMessageId).not.toBe('of-bob');
  script.accept(frame.id, 2, 9);
  expect(await sent).toMatchObject({ seq: 2, messageUId: 'm2', senderUserId: 'ann', direction: 0, sentStatus: 2 });
  expect(received).toEqual(before);
});

describe('without a callback the listeners get the outcome', () => {
  it('of a connect', async () => {
    const connected = new Promise((resolve) =>
      script.engine.setOnConnectedListener((code, userId) => resolve([code, userId])),
    );
    await script.engine.connect(token, 0);
    expect(await connected).toEqual([0, 'ann']);
  });

  it('of a send, and of one with an upload', async () => {
    await script.join();
    script.engine.setOnMessageAttachedListener(({ content }) => script.events.put(['attached', content]));
    script.engine.setOnMessageSentListener((code, { seq }) => script.events.put(['sent', code, seq]));
    await script.engine.sendMessage(await script.engine.createTextMessage(CHATROOM, 'r', '', 'one'));
    script.accept((await script.server.take('send')).id, 4, 9);
    expect(await script.events.next()).toEqual(['attached', '{"content":"one"}']);
    expect(await script.events.next()).toEqual(['sent', 0, 4]);
    await script.engine.sendMediaMessage(await script.engine.createVoiceMessage(CHATROOM, 'r', '', 'https://v', 1), {
      onMediaMessageSaved: ({ remote }) => script.events.put(['saved', remote]),
      onMediaMessageSent: (code, { seq }) => script.events.put(['media', code, seq]),
    });
    script.accept((await script.server.take('send')).id, 5, 9);
    expect(await script.events.next()).toEqual(['saved', 'https://v']);
    expect(await script.events.next()).toEqual(['media', 0, 5]);
  });
});

describe('a message that the server refuses', () => {
  it.each([
    [23408, true],
    [23409, true],
    [20604, true],
    [20690, true],
    [34205, false],
    [30016, false],
  ])('with %i is reported to the listener for blocked messages: %s', async (code, isBlocked) => {
    await script.join();
    script.engine.setOnMessageBlockedListener((info) => script.events.put(['blocked', info]));
    const made = await script.engine.createTextMessage(CHATROOM, 'r', '', 'one');
    await script.engine.sendMessage(made, { onMessageSent: (outcome) => script.events.put(['sent', outcome]) });
    script.refuse((await script.server.take('send')).id, code);
    const info = { conversationType: 3, targetId: 'r', blockedMsgUId: '', blockType: 0, extra: '' };
    if (isBlocked) {
      expect(await script.events.next()).toEqual(['blocked', { ...info, code, messageId: made.messageId }]);
    }
    expect(await script.events.next()).toEqual(['sent', code]);
  });

  it('with 20690 is not sent again by the client, and says when it may be', async () => {
    await script.join();
    const made = await script.engine.createTextMessage(CHATROOM, 'r', '', 'one');
    await script.engine.sendMessage(made, {
      onMessageSent: (code, _message, retryAfterMs) => script.events.put(['sent', code, retryAfterMs]),
    });
    await script.refuseNext('send', 20690, { retryAfterMs: 7000 });
    expect(await script.events.next()).toEqual(['sent', 20690, 7000]);
  });

  it('by the hook of the app, is reported with what the hook said', async () => {
    await script.join();
    script.engine.setOnMessageBlockedListener(({ code, blockType, extra }) =>
      script.events.put([code, blockType, extra]),
    );
    const made = await script.engine.createTextMessage(CHATROOM, 'r', '', 'one');
    await script.engine.sendMessage(made, { onMessageSent: (outcome) => script.events.put(['sent', outcome]) });
    const { id } = await script.server.take('send');
    script.refuse(id, 29901, { note: 'no links here' });
    expect(await script.events.next()).toEqual([29901, 3, 'no links here']);
    expect(await script.events.next()).toEqual(['sent', 29901]);
  });
});

it('loadChatRoomMessages reports to the listener', async () => {
  await script.connect();
  script.engine.setOnChatRoomMessagesLoadedListener((code, room, messages, syncTime) =>
    script.events.put([code, room, messages.map(({ seq }) => seq), syncTime]),
  );
  expect(await script.engine.loadChatRoomMessages('r', 0, 0, 20)).toBe(0);
  script.answerPage((await script.server.take('history')).id, [message(6, { sentAtMs: 60 })]);
  expect(await script.events.next()).toEqual([0, 'r', [6], 60]);
});

describe('the name and the picture that the app gave to the server', () => {
  const sender = { name: 'Bob', portrait: 'https://a.example/bob.png' };

  it('arrive as userInfo', async () => {
    await script.join();
    const next = nextMessage();
    script.pushMessages(message(1, { senderUserId: 'bob', content: '{"content":"hi"}', sender }));
    expect(await next).toMatchObject({ text: 'hi', userInfo: { userId: 'bob', ...sender } });
  });

  it('give way to what the app has set on the message', async () => {
    await script.join();
    const next = nextMessage();
    const content = JSON.stringify({ content: 'hi', user: { id: 'bob', name: 'Bobby' } });
    script.pushMessages(message(1, { senderUserId: 'bob', content, sender }));
    expect((await next).userInfo).toEqual({ userId: 'bob', name: 'Bobby' });
  });

  it('are not of who sends a received message on', async () => {
    await script.join();
    const next = nextMessage();
    script.pushMessages(message(1, { senderUserId: 'bob', content: '{"content":"hi"}', sender }));
    await script.engine.sendMessage({ ...(await next) });
    const { id, content } = await script.server.take('send');
    expect(JSON.parse(content)).toEqual({ content: 'hi' });
    script.refuse(id, 23408);
  });
});
