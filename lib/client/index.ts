export * from './callbacks.ts';
export { ClientConfigurationError } from './configuration.ts';
export { describeCode } from './describe-code.ts';
export { createEngine, RCIMIWEngine } from './engine.ts';
export type { IRCIMIWGetChatRoomInfoCallback, RCIMIWChatRoomInfo } from './room-info.ts';
export type { IRCIMIWSendSignalCallback, RCIMIWChatRoomSignal } from './signals.ts';
export * from './types.ts';
