/** How much a JSON text may hold. */
export interface JsonBounds {
  /** How deep lists and objects are nested. */
  readonly depthMax: number;
  /** Values, each list and each object being one of them; an empty one counts twice. */
  readonly valuesMax: number;
}

const [QUOTE, BACKSLASH, COMMA] = ['"', '\\', ','].map((character) => character.charCodeAt(0));
const OPENING: ReadonlySet<number> = new Set(['[', '{'].map((character) => character.charCodeAt(0)));
const CLOSING: ReadonlySet<number> = new Set([']', '}'].map((character) => character.charCodeAt(0)));

/**
 * Whether the text holds too much to be worth parsing, found in one pass that stops there: many small values cost the
 * parser a hundred times what one long string costs, and the text need not even be JSON.
 */
export function excessOf(text: string, { depthMax, valuesMax }: JsonBounds): 'too deep' | 'too many' | undefined {
  let [depth, values, isString] = [0, 1, false];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isString) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) isString = false;
      continue;
    }
    if (code === QUOTE) isString = true;
    else if (OPENING.has(code)) depth += 1;
    else if (CLOSING.has(code)) depth -= 1;
    if (code === COMMA || OPENING.has(code)) values += 1;
    if (depth > depthMax) return 'too deep';
    if (values > valuesMax) return 'too many';
  }
  return undefined;
}
