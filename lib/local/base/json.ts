/** Whether a JSON value is an object with fields: not null and no list. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The items of a list; any other value is a list of one, as in policies and CloudFormation. */
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);
