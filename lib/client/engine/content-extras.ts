import { isJsonObject, type JsonObject } from '../../protocol/json.ts';
import { isGiven } from './arguments.ts';
import { RCIMIWMentionedType, type RCIMIWMessage, type RCIMIWUserInfo } from './types.ts';

/** On the wire RongCloud counts these from 1. */
const MENTIONED_TYPE_BASE = 1;

/** What a message of any type can carry beside its own fields. */
type Extras = Pick<RCIMIWMessage, 'extra' | 'userInfo' | 'mentionedInfo' | 'expansion'>;

/** The extras as fields of the content; undefined if one of them is not as its type says. */
export function writeExtras({ extra, userInfo, mentionedInfo, expansion }: Extras): JsonObject | undefined {
  const written: Record<string, unknown> = {};
  if (isGiven(extra)) written.extra = extra;
  if (isGiven(userInfo)) written.user = writeUser(userInfo);
  if (isGiven(mentionedInfo)) written.mentionedInfo = writeMentioned(mentionedInfo);
  if (isGiven(expansion) && Object.keys(expansion).length > 0) written.expansion = expansion;
  const isRight =
    (written.extra === undefined || typeof written.extra === 'string') &&
    (!isGiven(userInfo) || isJsonObject(written.user)) &&
    (!isGiven(mentionedInfo) || isJsonObject(written.mentionedInfo)) &&
    (written.expansion === undefined || isTexts(written.expansion));
  return isRight ? written : undefined;
}

/** The extras of a received content; what has another form is left out. */
export function readExtras({ extra, user, mentionedInfo, expansion }: JsonObject): Extras {
  return {
    ...(typeof extra === 'string' ? { extra } : {}),
    ...(isJsonObject(user) ? { userInfo: readUser(user) } : {}),
    ...(isJsonObject(mentionedInfo) ? { mentionedInfo: readMentioned(mentionedInfo) } : {}),
    ...(isTexts(expansion) ? { expansion: { ...expansion } } : {}),
  };
}

/** An object whose values are all texts. */
export function isTexts(value: unknown): value is Record<string, string> {
  return isJsonObject(value) && Object.values(value).every((each) => typeof each === 'string');
}

function writeUser(given: unknown): JsonObject | undefined {
  if (!isJsonObject(given)) return undefined;
  const { userId, ...fields } = given;
  const user = textsOf({ id: userId, ...fields }, ['id', 'name', 'portrait', 'alias', 'extra']);
  return Object.values(given).every((value) => !isGiven(value) || typeof value === 'string') ? user : undefined;
}

/** Older senders and server APIs name the picture `portraitUri` or `icon`. */
function readUser({ id, portrait, portraitUri, icon, ...fields }: JsonObject): RCIMIWUserInfo {
  const given = { userId: id, portrait: portrait ?? portraitUri ?? icon, ...fields };
  return textsOf(given, ['userId', 'name', 'portrait', 'alias', 'extra']);
}

function writeMentioned(given: unknown): JsonObject | undefined {
  if (!isJsonObject(given)) return undefined;
  const { type = RCIMIWMentionedType.ALL, userIdList, mentionedContent } = given;
  if (type !== RCIMIWMentionedType.ALL && type !== RCIMIWMentionedType.PART) return undefined;
  if (isGiven(userIdList) && !isTextList(userIdList)) return undefined;
  const text = textsOf({ mentionedContent }, ['mentionedContent']);
  return { type: type + MENTIONED_TYPE_BASE, userIdList: userIdList ?? [], ...text };
}

function readMentioned({ type, userIdList, mentionedContent }: JsonObject): NonNullable<Extras['mentionedInfo']> {
  const isPart = Number(type) - MENTIONED_TYPE_BASE === RCIMIWMentionedType.PART;
  return {
    type: isPart ? RCIMIWMentionedType.PART : RCIMIWMentionedType.ALL,
    userIdList: isTextList(userIdList) ? [...userIdList] : [],
    ...textsOf({ mentionedContent }, ['mentionedContent']),
  };
}

const isTextList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

/** These fields, where they are texts. */
function textsOf<const Name extends string>(given: JsonObject, names: readonly Name[]): { [name in Name]?: string } {
  const texts: { [name in Name]?: string } = {};
  for (const name of names) {
    const value = given[name];
    if (typeof value === 'string') texts[name] = value;
  }
  return texts;
}
