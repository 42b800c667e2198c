import { isJsonObject, type JsonObject, jsonValue } from '../../protocol/json.ts';
import { BUILT_IN_TYPE_PREFIX, TEXT_TYPE } from '../../protocol/message.ts';
import { isText, readTextMap } from './arguments.ts';
import { isTexts, readExtras, writeExtras } from './content-extras.ts';
import {
  type RCIMIWCustomMessage,
  type RCIMIWFileMessage,
  type RCIMIWImageMessage,
  type RCIMIWMessage,
  type RCIMIWTextMessage,
  type RCIMIWVoiceMessage,
  RCIMIWMessageType as Type,
} from './types.ts';

/** A message as it goes over the wire. */
export interface WireContent {
  readonly type: string;
  readonly content: string;
}

/** A message type with a form of its own: its name on the wire, and how its fields become content and back. */
interface Form {
  readonly objectName: string;
  /** undefined = the fields are not as the type says. */
  readonly write: (message: RCIMIWMessage) => JsonObject | undefined;
  readonly read: (content: JsonObject) => object;
}

const FORMS: { readonly [type in Type]?: Form } = {
  [Type.TEXT]: {
    objectName: TEXT_TYPE,
    write: ({ text }: RCIMIWTextMessage) => (typeof text === 'string' ? { content: text } : undefined),
    read: ({ content }) => (typeof content === 'string' ? { text: content } : {}),
  },
  [Type.IMAGE]: {
    objectName: 'RC:ImgMsg',
    write: ({ remote, thumbnailBase64String = '', original }: RCIMIWImageMessage) =>
      isText(remote) && typeof thumbnailBase64String === 'string'
        ? { content: thumbnailBase64String, imageUri: remote, ...(original === true ? { isFull: true } : {}) }
        : undefined,
    read: ({ content, imageUri, isFull, full }) => ({
      thumbnailBase64String: textOr('', content),
      original: [isFull, full].some((flag) => flag === true || flag === 1),
      remote: textOr('', imageUri),
    }),
  },
  [Type.FILE]: {
    objectName: 'RC:FileMsg',
    write: ({ remote, name = '', fileType = '', size = 0 }: RCIMIWFileMessage) =>
      isText(remote) && [name, fileType].every((text) => typeof text === 'string') && Number.isFinite(size)
        ? { name, size, type: fileType, fileUrl: remote }
        : undefined,
    read: ({ name, size, type, fileUrl }) => ({
      name: textOr('', name),
      fileType: textOr('', type),
      size: numberOf(size),
      remote: textOr('', fileUrl),
    }),
  },
  [Type.VOICE]: {
    objectName: 'RC:HQVCMsg',
    write: ({ remote, duration = 0 }: RCIMIWVoiceMessage) =>
      isText(remote) && Number.isFinite(duration) ? { remoteUrl: remote, duration } : undefined,
    read: ({ remoteUrl, duration }) => ({ duration: numberOf(duration), remote: textOr('', remoteUrl) }),
  },
};

/** The name on the wire of a built-in type; '' where it has none. */
export const objectNameOf = (type: Type): string => FORMS[type]?.objectName ?? '';

/**
 * What a message is on the wire, from its fields as they are now; undefined if they are not as its type says. A message
 * of no type that has a form goes as its `objectName` and `content`.
 */
export function wireContentOf(message: RCIMIWMessage): WireContent | undefined {
  const { messageType, objectName, content } = message;
  if (messageType === Type.CUSTOM) return customContentOf(message);
  const form = messageType === undefined ? undefined : FORMS[messageType];
  if (form !== undefined) return withExtras(form.objectName, form.write(message), message);
  return isText(objectName) && typeof content === 'string' ? { type: objectName, content } : undefined;
}

function customContentOf(message: RCIMIWCustomMessage): WireContent | undefined {
  const { identifier } = message;
  const fields = readTextMap(message.fields);
  if (!isText(identifier) || fields === undefined) return undefined;
  return withExtras(identifier, Object.fromEntries(fields), message);
}

/** A field of the type comes before an extra of the same name. */
function withExtras(type: string, fields: JsonObject | undefined, message: RCIMIWMessage): WireContent | undefined {
  const extras = writeExtras(message);
  if (fields === undefined || extras === undefined) return undefined;
  return { type, content: JSON.stringify({ ...fields, ...extras, ...fields }) };
}

/** What an app gets of a received content: its type, the fields of that type, and the extras. */
export function readContent(objectName: string, content: string): Partial<RCIMIWMessage> {
  const value = jsonValue(content);
  const read = isJsonObject(value) ? value : undefined;
  for (const [type, form] of Object.entries(FORMS)) {
    if (form.objectName === objectName) return readForm(Number(type), form, content, read);
  }
  if (!objectName.startsWith(BUILT_IN_TYPE_PREFIX) && read !== undefined) {
    const custom = readCustom(objectName, read);
    if (custom !== undefined) return custom;
  }
  return { messageType: Type.UNKNOWN, ...{ rawData: content }, ...(read === undefined ? {} : readExtras(read)) };
}

/** A text in another form than RongCloud's is shown as it is. */
function readForm(type: Type, form: Form, content: string, read: JsonObject | undefined): Partial<RCIMIWMessage> {
  const shown = type === Type.TEXT && typeof read?.content !== 'string' ? { text: content } : form.read(read ?? {});
  return { messageType: type, ...shown, ...(read === undefined ? {} : readExtras(read)) };
}

/** Only texts can be shown as fields. What looks like an extra is one; an `extra` may be either, so it is both. */
function readCustom(identifier: string, read: JsonObject): Partial<RCIMIWCustomMessage> | undefined {
  const fields: Record<string, unknown> = { ...read };
  for (const name of ['user', 'mentionedInfo', 'expansion']) if (isJsonObject(fields[name])) delete fields[name];
  if (!isTexts(fields)) return undefined;
  return { messageType: Type.CUSTOM, identifier, fields, ...readExtras(read) };
}

const textOr = (otherwise: string, value: unknown): string => (typeof value === 'string' ? value : otherwise);

/** Server APIs write numbers as texts too. */
const numberOf = (value: unknown): number => (Number.isFinite(Number(value)) ? Number(value) : 0);
