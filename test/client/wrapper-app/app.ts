/**
 * An app that was written for RongCloud's React Native wrapper: every chatroom call, with the wrapper's own type names
 * and argument types. Only the module it imports from is another. It is compiled, and never run.
 */
import {
  type IRCIMIWAddChatRoomEntriesCallback,
  type IRCIMIWAddChatRoomEntryCallback,
  type IRCIMIWGetChatRoomAllEntriesCallback,
  type IRCIMIWGetChatRoomEntryCallback,
  type IRCIMIWGetChatRoomMessagesCallback,
  type IRCIMIWJoinChatRoomCallback,
  type IRCIMIWLeaveChatRoomCallback,
  type IRCIMIWRecallMessageCallback,
  type IRCIMIWRemoveChatRoomEntriesCallback,
  type IRCIMIWRemoveChatRoomEntryCallback,
  type RCIMIWBlockedMessageInfo,
  RCIMIWChatRoomEntriesOperationType,
  type RCIMIWChatRoomMemberAction,
  RCIMIWChatRoomMemberActionType,
  RCIMIWChatRoomStatus,
  type RCIMIWCompressOptions,
  type RCIMIWConnectCallback,
  RCIMIWConnectionStatus,
  RCIMIWConversationType,
  type RCIMIWCustomMessage,
  RCIMIWCustomMessagePolicy,
  RCIMIWEngine,
  type RCIMIWEngineOptions,
  RCIMIWErrorCode,
  type RCIMIWFileMessage,
  type RCIMIWGroupReadReceiptInfo,
  type RCIMIWImageMessage,
  type RCIMIWMediaMessage,
  type RCIMIWMentionedInfo,
  RCIMIWMentionedType,
  type RCIMIWMessage,
  RCIMIWMessageBlockType,
  type RCIMIWMessageDirection,
  type RCIMIWMessagePushOptions,
  RCIMIWMessageType,
  type RCIMIWPushOptions,
  type RCIMIWRecallNotificationMessage,
  RCIMIWReceivedStatus,
  type RCIMIWSendMessageCallback,
  type RCIMIWSentStatus,
  type RCIMIWTextMessage,
  RCIMIWTimeOrder,
  type RCIMIWUnknownMessage,
  type RCIMIWUserInfo,
  RCIMIWVIVOPushType,
  type RCIMIWVoiceMessage,
} from '../../../lib/client/index.ts';

const compressOptions: RCIMIWCompressOptions = { originalImageQuality: 85, thumbnailMaxSize: 240 };
const pushOptions: RCIMIWPushOptions = { idMI: 'id', appKeyMI: 'key', enableFCM: true };
const options: RCIMIWEngineOptions = {
  naviServer: 'wss://chat.example',
  fileServer: 'https://files.example',
  statisticServer: 'https://statistics.example',
  kickReconnectDevice: false,
  compressOptions,
  pushOptions,
};

let engine: RCIMIWEngine = RCIMIWEngine.create('key');
engine = RCIMIWEngine.create('key', options);

export async function session(token: string): Promise<void> {
  const connectCallback: RCIMIWConnectCallback = {
    onDatabaseOpened: (code: number) => show(RCIMIWErrorCode[code]),
    onConnected: (code: number, userId: string) => show(`${code} ${userId}`),
  };
  let code: number = await engine.connect(token, 30);
  code = await engine.connect(token, 30, connectCallback);
  if (code !== RCIMIWErrorCode.SUCCESS) show(nameOf(code));
  code = await engine.disconnect(true);
  code = await engine.destroy();
}

export function nameOf(code: RCIMIWErrorCode): string {
  switch (code) {
    case RCIMIWErrorCode.SUCCESS:
    case RCIMIWErrorCode.PARAM_ERROR:
    case RCIMIWErrorCode.ENGINE_DESTROYED:
    case RCIMIWErrorCode.NATIVE_OPERATION_ERROR:
    case RCIMIWErrorCode.RESULT_UNKNOWN:
      return RCIMIWErrorCode[code];
  }
}

export async function rooms(): Promise<void> {
  const joined: IRCIMIWJoinChatRoomCallback = {
    onChatRoomJoined: (code: number, targetId: string) => show(`${code} ${targetId}`),
  };
  const left: IRCIMIWLeaveChatRoomCallback = {
    onChatRoomLeft: (code: number, targetId: string) => show(`${code} ${targetId}`),
  };
  let code: number = await engine.joinChatRoom('room', 10, true);
  code = await engine.joinChatRoom('room', -1, false, joined);
  code = await engine.leaveChatRoom('room');
  code = await engine.leaveChatRoom('room', left);
  const found: IRCIMIWGetChatRoomMessagesCallback = {
    onSuccess: (t: Array<RCIMIWMessage>) => t.forEach(showMessage),
    onError: (error: number) => show(error),
  };
  code = await engine.getChatRoomMessages('room', 0, RCIMIWTimeOrder.BEFORE, 20, found);
  code = await engine.loadChatRoomMessages('room', 0, RCIMIWTimeOrder.AFTER, 20);
  show(code);
}

export async function entries(): Promise<void> {
  const added: IRCIMIWAddChatRoomEntryCallback = { onChatRoomEntryAdded: (code: number) => show(code) };
  const allAdded: IRCIMIWAddChatRoomEntriesCallback = {
    onChatRoomEntriesAdded: (code: number, errors: Map<string, number>) => show(`${code} ${errors.size}`),
  };
  const removed: IRCIMIWRemoveChatRoomEntryCallback = { onChatRoomEntryRemoved: (code: number) => show(code) };
  const allRemoved: IRCIMIWRemoveChatRoomEntriesCallback = { onChatRoomEntriesRemoved: (code: number) => show(code) };
  const one: IRCIMIWGetChatRoomEntryCallback = {
    onSuccess: (t: Map<string, string>) => show(t.size),
    onError: (code: number) => show(code),
  };
  const all: IRCIMIWGetChatRoomAllEntriesCallback = {
    onSuccess: (t: Map<string, string>) => show(t.size),
    onError: (code: number) => show(code),
  };
  let code: number = await engine.addChatRoomEntry('room', 'key', 'value', true, false, added);
  code = await engine.addChatRoomEntries('room', new Map([['key', 'value']]), false, true, allAdded);
  code = await engine.getChatRoomEntry('room', 'key', one);
  code = await engine.getChatRoomAllEntries('room', all);
  code = await engine.loadChatRoomEntry('room', 'key');
  code = await engine.loadChatRoomAllEntries('room');
  code = await engine.removeChatRoomEntry('room', 'key', true, removed);
  code = await engine.removeChatRoomEntries('room', ['key'], false, allRemoved);
  show(code);
}

export async function messages(): Promise<void> {
  const { CHATROOM } = RCIMIWConversationType;
  const callback: RCIMIWSendMessageCallback = {
    onMessageSaved: (message: RCIMIWMessage) => showMessage(message),
    onMessageSent: (code: number, message: RCIMIWMessage) => show(`${code} ${message.messageUId}`),
  };
  const recalled: IRCIMIWRecallMessageCallback = {
    onMessageRecalled: (code: number, message: RCIMIWMessage) => show(`${code} ${message.messageUId}`),
  };
  const userInfo: RCIMIWUserInfo = { userId: 'ann', name: 'Ann', portrait: 'p', alias: 'a', extra: 'x' };
  const mentionedInfo: RCIMIWMentionedInfo = {
    type: RCIMIWMentionedType.PART,
    userIdList: ['bob'],
    mentionedContent: 'hello',
  };
  const push: RCIMIWMessagePushOptions = {
    pushTitle: 'title',
    androidPushOptions: { pushTypeVIVO: RCIMIWVIVOPushType.SYSTEM },
    iOSPushOptions: { threadId: 'thread' },
  };
  const text: RCIMIWTextMessage = await engine.createTextMessage(CHATROOM, 'room', '', 'hello');
  text.userInfo = userInfo;
  text.mentionedInfo = mentionedInfo;
  text.pushOptions = push;
  text.extra = 'extra';
  text.expansion = { key: 'value' };
  text.text = 'edited';
  let code: number = await engine.sendMessage(text);
  code = await engine.sendMessage(text, callback);
  code = await engine.recallMessage(text);
  code = await engine.recallMessage(text, recalled);
  const plain: RCIMIWTextMessage = {
    conversationType: CHATROOM,
    messageType: RCIMIWMessageType.TEXT,
    targetId: 'room',
    text: 'hello',
  };
  code = await engine.sendMessage(plain, callback);
  const fields = new Map<string, string>([['gift', 'rose']]);
  const custom: RCIMIWCustomMessage = await engine.createCustomMessage(
    CHATROOM,
    'room',
    '',
    RCIMIWCustomMessagePolicy.NORMAL,
    'app:gift',
    fields,
  );
  code = await engine.sendMessage(custom);
  const image: RCIMIWImageMessage = await engine.createImageMessage(CHATROOM, 'room', '', 'path');
  const file: RCIMIWFileMessage = await engine.createFileMessage(CHATROOM, 'room', '', 'path');
  const voice: RCIMIWVoiceMessage = await engine.createVoiceMessage(CHATROOM, 'room', '', 'path', 3);
  const media: Array<RCIMIWMediaMessage> = [image, file, voice];
  for (const message of media) code = await engine.sendMediaMessage(message);
  show(code);
}

export function listeners(): void {
  engine.setOnConnectedListener((code: number, userId: string) => show(`${code} ${userId}`));
  engine.setOnConnectionStatusChangedListener((status: RCIMIWConnectionStatus) => {
    if (status === RCIMIWConnectionStatus.KICKED_OFFLINE_BY_OTHER_CLIENT) show(RCIMIWConnectionStatus[status]);
  });
  engine.setOnMessageReceivedListener((message: RCIMIWMessage, left: number, offline: boolean, hasPackage: boolean) => {
    showMessage(message);
    show(`${left} ${offline} ${hasPackage}`);
  });
  engine.setOnMessageAttachedListener((message: RCIMIWMessage) => showMessage(message));
  engine.setOnMessageSentListener((code: number, message: RCIMIWMessage) => show(`${code} ${message.messageUId}`));
  engine.setOnMessageRecalledListener((code: number, message: RCIMIWMessage) => show(`${code} ${message.messageUId}`));
  engine.setOnRemoteMessageRecalledListener((message: RCIMIWMessage) => showMessage(message));
  engine.setOnMessageBlockedListener((info: RCIMIWBlockedMessageInfo) => {
    if (info.blockType === RCIMIWMessageBlockType.CUSTOM) show(info.blockedMsgUId);
  });
  engine.setOnChatRoomStatusChangedListener((targetId: string, status: RCIMIWChatRoomStatus) =>
    show(`${targetId} ${RCIMIWChatRoomStatus[status]}`),
  );
  engine.setOnChatRoomMemberChangedListener((targetId: string, actions: Array<RCIMIWChatRoomMemberAction>) => {
    for (const { userId, actionType } of actions) {
      if (actionType === RCIMIWChatRoomMemberActionType.JOIN) show(`${targetId} ${userId}`);
    }
  });
  engine.setOnChatRoomJoiningListener((targetId: string) => show(targetId));
  engine.setOnChatRoomJoinedListener((code: number, targetId: string) => show(`${code} ${targetId}`));
  engine.setOnChatRoomLeftListener((code: number, targetId: string) => show(`${code} ${targetId}`));
  engine.setOnChatRoomMessagesLoadedListener(
    (code: number, targetId: string, messages: Array<RCIMIWMessage>, syncTime: number) =>
      show(`${code} ${targetId} ${messages.length} ${syncTime}`),
  );
  engine.setOnConnectedListener();
}

export function entryListeners(): void {
  engine.setOnChatRoomEntriesSyncedListener((roomId: string) => show(roomId));
  engine.setOnChatRoomEntriesChangedListener(
    (operationType: RCIMIWChatRoomEntriesOperationType, roomId: string, entries: Map<string, string>) => {
      if (operationType === RCIMIWChatRoomEntriesOperationType.Update) show(`${roomId} ${entries.size}`);
      if (operationType === RCIMIWChatRoomEntriesOperationType.Remove) show(roomId);
    },
  );
  engine.setOnChatRoomEntryAddedListener((code: number, targetId: string, key: string) =>
    show(`${code} ${targetId} ${key}`),
  );
  engine.setOnChatRoomEntriesAddedListener(
    (code: number, targetId: string, entries: Map<string, string>, errorEntries: Map<string, number>) =>
      show(`${code} ${targetId} ${entries.size} ${errorEntries.size}`),
  );
  engine.setOnChatRoomEntryLoadedListener((code: number, targetId: string, entry: Map<string, string>) =>
    show(`${code} ${targetId} ${entry.size}`),
  );
  engine.setOnChatRoomAllEntriesLoadedListener((code: number, targetId: string, entries: Map<string, string>) =>
    show(`${code} ${targetId} ${entries.size}`),
  );
  engine.setOnChatRoomEntryRemovedListener((code: number, targetId: string, key: string) =>
    show(`${code} ${targetId} ${key}`),
  );
  engine.setOnChatRoomEntriesRemovedListener((code: number, targetId: string, keys: Array<string>) =>
    show(`${code} ${targetId} ${keys.length}`),
  );
}

function showMessage(message: RCIMIWMessage): void {
  const direction: RCIMIWMessageDirection | undefined = message.direction;
  const sent: RCIMIWSentStatus | undefined = message.sentStatus;
  const received: RCIMIWReceivedStatus | undefined = message.receivedStatus;
  const receipt: RCIMIWGroupReadReceiptInfo | undefined = message.groupReadReceiptInfo;
  show(`${direction} ${sent} ${received} ${receipt?.hasRespond} ${message.userInfo?.portrait} ${message.expansion?.k}`);
  if (received !== undefined) show(RCIMIWReceivedStatus[received]);
  switch (message.messageType) {
    case RCIMIWMessageType.TEXT:
      show((message as RCIMIWTextMessage).text);
      break;
    case RCIMIWMessageType.CUSTOM:
      show((message as RCIMIWCustomMessage).fields?.gift);
      break;
    case RCIMIWMessageType.IMAGE:
      show((message as RCIMIWImageMessage).thumbnailBase64String);
      break;
    case RCIMIWMessageType.FILE:
      show((message as RCIMIWFileMessage).name);
      break;
    case RCIMIWMessageType.VOICE:
      show((message as RCIMIWVoiceMessage).duration);
      break;
    case RCIMIWMessageType.RECALL:
      show((message as RCIMIWRecallNotificationMessage).recallTime);
      break;
    default:
      show((message as RCIMIWUnknownMessage).rawData);
      break;
  }
}

function show(what: unknown): void {
  void what;
}
