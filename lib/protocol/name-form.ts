/** What a name may be: 1 to `lengthMax` characters of one set. */
export interface NameForm {
  readonly lengthMax: number;
  /** As between the brackets of a regular expression. */
  readonly characters: string;
  /** The same characters in an error sentence. */
  readonly spoken: string;
}

/** Rooms and users. '#' is not among the characters, so keys joined with '#' are injective. */
export const ID_FORM: NameForm = { lengthMax: 64, characters: 'A-Za-z0-9_+=-', spoken: 'A-Z a-z 0-9 _ + = -' };

const wordForm = (lengthMax: number): NameForm => ({
  lengthMax,
  characters: 'A-Za-z0-9_-',
  spoken: 'A-Z a-z 0-9 _ -',
});
// The mark lets a bundler leave out those that are not used.
/** A client names its requests by these. */
export const REQUEST_ID_FORM = /* @__PURE__ */ wordForm(36);
export const CLIENT_MESSAGE_ID_FORM = /* @__PURE__ */ wordForm(64);
export const MESSAGE_ID_FORM = /* @__PURE__ */ wordForm(128);
/** The epoch of a room, or of a membership. */
export const EPOCH_FORM = /* @__PURE__ */ wordForm(64);

/** RongCloud's objectName. */
export const MESSAGE_TYPE_FORM: NameForm = {
  lengthMax: 32,
  characters: 'A-Za-z0-9:_.-',
  spoken: 'A-Z a-z 0-9 : _ . -',
};
export const ENTRY_KEY_FORM: NameForm = { lengthMax: 128, characters: 'A-Za-z0-9+=_-', spoken: 'A-Z a-z 0-9 + = _ -' };

/** Not `__proto__`: as a name in an object it is lost. */
export const patternOf = ({ lengthMax, characters }: NameForm): RegExp =>
  new RegExp(`^(?!__proto__$)[${characters}]{1,${lengthMax}}$`);

/** For an error sentence, after "must be". */
export const ruleOf = ({ lengthMax, spoken }: NameForm): string => `1 to ${lengthMax} of ${spoken}`;
