import type { Value } from './values.ts';

/** Steps from the row down: a name, a placeholder for a name, or an index of a list. */
export type Path = readonly (string | number)[];
/** A path with its placeholders replaced. */
export type PlainPath = readonly (string | number)[];

export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  /** A placeholder for a value. */
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'size'; readonly of: Operand };

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | { readonly kind: 'compare'; readonly by: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'in'; readonly operand: Operand; readonly among: readonly Operand[] }
  | { readonly kind: 'exists'; readonly path: Path; readonly isWanted: boolean }
  | { readonly kind: 'attribute_type'; readonly operand: Operand; readonly type: Operand }
  | { readonly kind: 'begins_with' | 'contains'; readonly operand: Operand; readonly other: Operand };

/** What SET writes. */
export type Source =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'if_not_exists'; readonly path: Path; readonly otherwise: Source }
  | { readonly kind: 'list_append'; readonly head: Source; readonly tail: Source }
  | { readonly kind: '+' | '-'; readonly left: Source; readonly right: Source };

export interface Update {
  readonly set: readonly { readonly path: Path; readonly source: Source }[];
  readonly remove: readonly Path[];
  readonly add: readonly { readonly path: Path; readonly value: string }[];
  readonly delete: readonly { readonly path: Path; readonly value: string }[];
}

/** The placeholders that an expression names. */
export interface Uses {
  readonly names: ReadonlySet<string>;
  readonly values: ReadonlySet<string>;
}

/** An expression as its text says it: what its placeholders stand for comes with each call. */
export interface Parsed<T> extends Uses {
  readonly tree: T;
  /** The first steps of its paths, and of those paths that have more. */
  readonly heads: ReadonlySet<string>;
  readonly nestedHeads: ReadonlySet<string>;
  /** Looks for what depends on the placeholders of a call and is wrong whatever the row holds. */
  readonly checks: readonly Check[];
}
export type Check = (placeholders: Placeholders) => void;

/** What the placeholders of a call stand for. */
export interface Placeholders {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, Value>>;
}

/** For names and values that `parse` has found to be given. */
export const plainPath = (path: Path, { names }: Placeholders): PlainPath =>
  path.map((step) => (typeof step === 'string' && step.startsWith('#') ? (names[step] ?? step) : step));

/** As DynamoDB's messages have it. */
export const pathText = (path: PlainPath): string =>
  `[${path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`;
