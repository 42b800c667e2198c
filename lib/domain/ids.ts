declare const brand: unique symbol;
export type RoomId = string & { readonly [brand]: 'RoomId' };
export type UserId = string & { readonly [brand]: 'UserId' };
export type ConnectionId = string & { readonly [brand]: 'ConnectionId' };

/** 1 to 64 of these; '#' is not among them, so keys joined with '#' are injective. Not `__proto__`: as a name in an object it is lost. */
const ID = /^(?!__proto__$)[A-Za-z0-9_+=-]{1,64}$/;
/** API Gateway's connection ids are opaque base64 text. */
const CONNECTION_ID = /^[A-Za-z0-9_+/=-]{1,128}$/;

export const isRoomId = (text: string): text is RoomId => ID.test(text);
export const isUserId = (text: string): text is UserId => ID.test(text);
export const isConnectionId = (text: string): text is ConnectionId => CONNECTION_ID.test(text);
