/** As much of JSON Schema as the API's documentation needs. */
export interface Schema {
  readonly type: 'string' | 'integer' | 'boolean' | 'array' | 'object';
  readonly description?: string;
  readonly default?: string | number | boolean;
  readonly enum?: readonly (string | number)[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Properties;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly propertyNames?: Schema;
  readonly additionalProperties?: Schema;
}

/** What an object holds, by name. */
export type Properties = Readonly<Record<string, Schema>>;

export const string = (description: string): Schema => ({ type: 'string', description });
export const whole = (description: string): Schema => ({ type: 'integer', description });
export const truth = (description: string): Schema => ({ type: 'boolean', description });
export const oneOf = (description: string, ...values: readonly [string | number, ...(string | number)[]]): Schema => ({
  type: typeof values[0] === 'number' ? 'integer' : 'string',
  description,
  enum: values,
});
export const list = (items: Schema, description: string): Schema => ({ type: 'array', description, items });
/** `sometimes`: the optional properties. */
export const object = (properties: Properties, sometimes: Properties = {}): Schema => ({
  type: 'object',
  properties: { ...properties, ...sometimes },
  required: Object.keys(properties),
});
export const mapOf = (values: Schema, description: string): Schema => ({
  type: 'object',
  description,
  additionalProperties: values,
});

export const utcTime = (of: string): Schema => ({
  type: 'string',
  description: `${of}, UTC, YYYY-MM-DD HH:MM:SS`,
  pattern: '^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d$',
});
