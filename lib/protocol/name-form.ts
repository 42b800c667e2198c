/** The form of a name: 1 to `lengthMax` of these characters, written as in the brackets of a regular expression. */
export interface NameForm {
  readonly lengthMax: number;
  readonly characters: string;
}

/** Rooms and users. '#' is not among the characters, so keys joined with '#' are injective. */
export const ID_FORM: NameForm = { lengthMax: 64, characters: 'A-Za-z0-9_+=-' };

/** A client names its requests by these. */
export const REQUEST_ID_FORM: NameForm = { lengthMax: 36, characters: 'A-Za-z0-9_-' };
export const CLIENT_MESSAGE_ID_FORM: NameForm = { lengthMax: 64, characters: 'A-Za-z0-9_-' };
/** See `Message.messageId`. */
export const MESSAGE_ID_FORM: NameForm = { lengthMax: 128, characters: 'A-Za-z0-9_-' };
/** The epoch of a room, or of a membership. */
export const EPOCH_FORM: NameForm = { lengthMax: 64, characters: 'A-Za-z0-9_-' };

/** RongCloud's objectName. */
export const MESSAGE_TYPE_FORM: NameForm = { lengthMax: 32, characters: 'A-Za-z0-9:_.-' };
/** RongCloud's limit of an entry's key. */
export const ENTRY_KEY_FORM: NameForm = { lengthMax: 128, characters: 'A-Za-z0-9+=_-' };

/** Never matches `__proto__`: an object loses a field of that name. */
export const patternOf = ({ lengthMax, characters }: NameForm): RegExp =>
  new RegExp(`^(?!__proto__$)[${characters}]{1,${lengthMax}}$`);

/** For an error sentence, after "must be": `1 to 64 of A-Z a-z 0-9 _ -`. */
export const ruleOf = ({ lengthMax, characters }: NameForm): string =>
  `1 to ${lengthMax} of ${characters.match(/.-.|./g)?.join(' ')}`;
