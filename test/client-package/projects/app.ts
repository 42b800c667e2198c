import {
  type ClientSocketConstructor,
  createEngine,
  RCIMIWConnectionStatus,
  RCIMIWConversationType,
  RCIMIWEngine,
  type RCIMIWEngineOptions,
  type RCIMIWMessage,
  RCIMIWTimeOrder,
} from 'doorman-client';

declare const Socket: ClientSocketConstructor;

/** What an app in TypeScript writes: every group of calls, and mistakes that the types must report. */
export async function app(token: string): Promise<readonly string[]> {
  const options: RCIMIWEngineOptions = { server: 'wss://example.com', platform: 'mobile', WebSocket: Socket };
  const engine: RCIMIWEngine = createEngine('key', options);
  const texts: string[] = [];
  engine.setOnMessageReceivedListener((message, left) => {
    texts.push(message.senderUserId, message.content, left.toFixed(0));
  });
  engine.setOnConnectionStatusChangedListener((status) => {
    if (status === RCIMIWConnectionStatus.CONNECTED) texts.push('connected');
  });
  const accepted: number = await engine.connect(token, 10, {
    onConnected: (code, userId) => texts.push(userId + code),
  });
  await engine.joinChatRoom('room', 10, true, { onChatRoomJoined: (code, room) => texts.push(room + code) });
  const message = await engine.createTextMessage(RCIMIWConversationType.CHATROOM, 'room', '', 'hello');
  const sent: RCIMIWMessage = message;
  await engine.sendMessage(sent, { onMessageSent: (code) => texts.push(code.toFixed(0)) });
  await engine.getChatRoomMessages('room', 0, RCIMIWTimeOrder.AFTER, 10, {
    onSuccess: (messages) => texts.push(...messages.map(({ content }) => content)),
  });
  await engine.addChatRoomEntry('room', 'key', 'value', true, false);
  await engine.leaveChatRoom('room');
  await RCIMIWEngine.create('key', options).destroy();
  // @ts-expect-error: a room is named by a text
  await engine.joinChatRoom(1, 10, true);
  // @ts-expect-error: there is no such platform
  createEngine('key', { server: 'wss://example.com', platform: 'toaster' });
  // @ts-expect-error: there is no such call
  await engine.joinEveryRoom();
  return [message.text ?? '', accepted.toFixed(0), ...texts];
}
