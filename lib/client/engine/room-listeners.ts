import { Code } from '../../protocol/codes.ts';
import type { Message } from '../../protocol/message.ts';
import type { NoticeKind, NoticePush, SignalPush, SyncPush } from '../../protocol/push-frames.ts';
import type { EntryEvents } from '../entries/entry-cache.ts';
import type { RoomEvents } from '../room/room.ts';
import type { Listeners } from './callbacks.ts';
import {
  RCIMIWChatRoomMemberBanType as Ban,
  type DeliveredMessage,
  RCIMIWChatRoomEntriesOperationType,
  RCIMIWChatRoomMemberActionType,
  RCIMIWChatRoomMemberOperateType,
  RCIMIWChatRoomStatus,
  RCIMIWChatRoomSyncStatus,
  RCIMIWChatRoomSyncStatusReason,
} from './types.ts';

/** How the app is called. */
export interface ListenerDeps {
  readonly listeners: Listeners;
  readonly call: (run: () => void) => void;
  readonly toApp: (message: Message) => DeliveredMessage;
}

/** The events of a room as calls of the app's listeners. */
export function roomListeners(room: string, deps: ListenerDeps): Omit<RoomEvents, 'idle'> {
  const { listeners, call } = deps;
  const { JOIN, LEAVE } = RCIMIWChatRoomMemberActionType;
  const { DESTROY_AUTO, DESTROY_MANUAL } = RCIMIWChatRoomStatus;
  return {
    joining: () => call(() => listeners.chatRoomJoining?.(room)),
    rejoined: (code) => call(() => listeners.chatRoomJoined?.(code, room)),
    messages: (messages, offlineSeq) => handOver(messages, offlineSeq, deps),
    recalled: (message) => {
      const recalled = deps.toApp(message);
      call(() => listeners.remoteMessageRecalled?.(recalled));
    },
    gap: (afterSeq, beforeSeq) => call(() => listeners.chatRoomGap?.(room, afterSeq, beforeSeq)),
    members: (changes) => {
      const actions = changes.map(({ userId, change, sender }) => {
        return { userId, actionType: change === 'joined' ? JOIN : LEAVE, ...sender };
      });
      call(() => listeners.chatRoomMemberChanged?.(room, actions));
    },
    left: () => call(() => listeners.chatRoomLeft?.(Code.OK, room)),
    removed: (reason) => call(() => listeners.chatRoomRemoved?.(room, reason)),
    destroyed: (automatic) =>
      call(() => listeners.chatRoomStatusChanged?.(room, automatic ? DESTROY_AUTO : DESTROY_MANUAL)),
  };
}

/** The changes of a room's entries as calls of the app's listeners. */
export function entryListeners(
  room: string,
  { listeners, call }: Pick<ListenerDeps, 'listeners' | 'call'>,
): Omit<EntryEvents, 'notMember'> {
  const { Update, Remove } = RCIMIWChatRoomEntriesOperationType;
  return {
    changed: ({ operation, entries }) => {
      const type = operation === 'set' ? Update : Remove;
      call(() => listeners.chatRoomEntriesChanged?.(type, room, new Map(entries)));
    },
    synced: () => call(() => listeners.chatRoomEntriesSynced?.(room)),
  };
}

/** The signals of a room's other members as calls of the app's listener. */
export function signalListener(
  room: string,
  { listeners, call }: Pick<ListenerDeps, 'listeners' | 'call'>,
): (signal: SignalPush) => void {
  return ({ userId, type, data }) => call(() => listeners.chatRoomSignal?.({ targetId: room, userId, type, data }));
}

function handOver(messages: readonly Message[], offlineSeq: number, deps: ListenerDeps): void {
  messages.forEach((message, index) => {
    const left = messages.length - 1 - index;
    const offline = message.seq <= offlineSeq;
    const appMessage = deps.toApp(message);
    deps.call(() => deps.listeners.messageReceived?.(appMessage, left, offline, false));
  });
}

const OPERATE_TYPES = {
  unblock: RCIMIWChatRoomMemberOperateType.UNBLOCK,
  block: RCIMIWChatRoomMemberOperateType.BLOCK,
} as const;

const BAN_TYPES: Readonly<Record<Exclude<NoticeKind, keyof typeof OPERATE_TYPES | 'slow-mode'>, Ban>> = {
  'unmute-users': Ban.UNMUTE_USERS,
  'mute-users': Ban.MUTE_USERS,
  'unmute-room': Ban.UNMUTE_ALL,
  'mute-room': Ban.MUTE_ALL,
  'end-exemption': Ban.REMOVE_WHITELIST,
  'exempt-from-mute': Ban.ADD_WHITELIST,
  'unmute-everywhere': Ban.UNMUTE_GLOBAL,
  'mute-everywhere': Ban.MUTE_GLOBAL,
};

/**
 * Reports what an app server did. A kind that this client does not know is ignored, and so is slow mode, for which
 * RongCloud has no listener.
 */
export function reportNotice(notice: NoticePush, { listeners, call }: Pick<ListenerDeps, 'listeners' | 'call'>): void {
  const { kind, room: chatroomId, durationMs: durationTime, atMs: operateTime, extra } = notice;
  const details = { chatroomId, durationTime, operateTime, userIdList: [...notice.userIds], extra };
  if (kind === 'block' || kind === 'unblock') {
    call(() => listeners.chatRoomNotifyBlock?.({ ...details, operateType: OPERATE_TYPES[kind] }));
  } else if (Object.hasOwn(BAN_TYPES, kind)) {
    call(() => listeners.chatRoomNotifyBan?.({ ...details, banType: BAN_TYPES[kind as keyof typeof BAN_TYPES] }));
  }
}

/** Reports what the user did on another device. */
export function reportSync(
  { room: chatroomId, change, atMs: time }: SyncPush,
  { listeners, call }: Pick<ListenerDeps, 'listeners' | 'call'>,
): void {
  const status = change === 'joined' ? RCIMIWChatRoomSyncStatus.JOIN : RCIMIWChatRoomSyncStatus.QUIT;
  const reason = RCIMIWChatRoomSyncStatusReason.LEAVE_ON_MY_OWN;
  call(() => listeners.chatRoomNotifyMultiLoginSync?.({ chatroomId, status, reason, time, extra: '' }));
}
