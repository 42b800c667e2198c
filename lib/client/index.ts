export type { EndReason } from '../protocol/end-reason.ts';
export type { Sender } from '../protocol/message.ts';
export type { MemberChange, NoticeKind, NoticePush, SyncPush } from '../protocol/push-frames.ts';
export { Chat, type ChatJoinOptions, type ChatOptions, createChat } from './chat/chat.ts';
export { ChatError, READER_TOO_SLOW } from './chat/chat-error.ts';
export type { ChatEvent, RoomEvent } from './chat/chat-events.ts';
export type { ChatContent, ChatMessage } from './chat/chat-message.ts';
export type { ChatRoom, SendOptions } from './chat/chat-room.ts';
export type { CallOptions, ChatSignal } from './chat/promised.ts';
export type { Stream } from './chat/stream.ts';
export type { ConnectionStatus } from './connection/connection.ts';
export { CLIENT_CLOSED } from './core/client-closed.ts';
export { ClientConfigurationError } from './core/configuration.ts';
export type {
  ClientSocket,
  ClientSocketConstructor,
  Platform,
  PlatformEvent,
  PlatformEvents,
  RuntimeOptions,
  Timers,
  TokenProvider,
} from './core/deps.ts';
export { describeCode } from './describe-code.ts';
export * from './engine/callbacks.ts';
export { createEngine, RCIMIWEngine } from './engine/engine.ts';
export * from './engine/types.ts';
