/**
 * What an app of RongCloud's React Native wrapper may use around a chatroom and does not find here. Each line below one
 * with `@ts-expect-error` must fail to compile: docs/client-interface.md lists them and says why.
 */
import * as doorman from '../../../lib/client/index.ts';

const engine = doorman.RCIMIWEngine.create('key', { naviServer: 'wss://chat.example' });

export async function calls(message: doorman.RCIMIWMediaMessage): Promise<void> {
  const { CHATROOM } = doorman.RCIMIWConversationType;
  // @ts-expect-error not offered
  await engine.createSightMessage(CHATROOM, 'room', '', 'path', 3);
  // @ts-expect-error not offered
  await engine.createGIFMessage(CHATROOM, 'room', '', 'path');
  // @ts-expect-error not offered
  await engine.createReferenceMessage(CHATROOM, 'room', '', message, 'text');
  // @ts-expect-error not offered
  await engine.createLocationMessage(CHATROOM, 'room', '', 0, 0, '', '');
  // @ts-expect-error not offered
  await engine.cancelSendingMediaMessage(message);
  // @ts-expect-error not offered
  await engine.downloadMediaMessage(message);
  // @ts-expect-error not offered
  await engine.cancelDownloadingMediaMessage(message);
  // @ts-expect-error not offered
  await engine.getMessageById(1);
  // @ts-expect-error not offered
  await engine.getMessageByUId('id');
  // @ts-expect-error not offered
  await engine.loadMessages(CHATROOM, 'room', '', 0, 0, 0, 20);
  // @ts-expect-error not offered
  await engine.setDeviceToken('token');
  // @ts-expect-error not offered
  await engine.changeLogLevel(0);
  // @ts-expect-error not offered
  await engine.getDeltaTime();
}

export function listeners(): void {
  // @ts-expect-error not offered
  engine.setOnMediaMessageSentListener();
  // @ts-expect-error not offered
  engine.setOnMediaMessageAttachedListener();
  // @ts-expect-error not offered
  engine.setOnMediaMessageSendingListener();
  // @ts-expect-error not offered
  engine.setOnDatabaseOpenedListener();
}
