import { ID_FORM, patternOf } from './name-form.ts';

declare const brand: unique symbol;
export type RoomId = string & { readonly [brand]: 'RoomId' };
export type UserId = string & { readonly [brand]: 'UserId' };
export type ConnectionId = string & { readonly [brand]: 'ConnectionId' };

const ID = patternOf(ID_FORM);
/** API Gateway's connection ids are opaque base64 text. */
const CONNECTION_ID = /^[A-Za-z0-9_+/=-]{1,128}$/;

/*
 * These checks are the only way from text to an id. The store alone takes ids as they are: it reads rows that it wrote.
 */
export const isRoomId = (text: string): text is RoomId => ID.test(text);
export const isUserId = (text: string): text is UserId => ID.test(text);
export const isConnectionId = (text: string): text is ConnectionId => CONNECTION_ID.test(text);
