import type { Endpoint } from '../../lib/server-api/endpoint.ts';
import { families } from '../../lib/server-api/endpoints.ts';
import type { Field } from '../../lib/server-api/fields.ts';
import { object, type Properties, type Schema } from '../../lib/server-api/schema.ts';
import { SIGNATURE_VERSION } from '../../lib/server-api/sign-request.ts';

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

/** The headers of every signed call; Doorman's own form has one more. */
const signed = { AppKey: [], Nonce: [], Timestamp: [], Signature: [] };

/** The API as an OpenAPI 3.1 document. */
export const openApi = (version: string): object => ({
  openapi: '3.1.0',
  info: {
    title: 'Doorman server API',
    version,
    description: 'Calls of an application server, compatible with those of RongCloud for chatrooms. See server-api.md.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: 'https://{host}', description: 'ServerApiUrl', variables: { host: { default: 'localhost' } } }],
  security: [{ ...signed, SignatureVersion: [] }, signed],
  tags: Object.keys(families).map((name) => ({ name })),
  paths: Object.fromEntries(
    Object.entries(families).flatMap(([tag, endpoints]) =>
      endpoints.map((endpoint) => [endpoint.path, { post: operation(tag, endpoint) }]),
    ),
  ),
  components: {
    securitySchemes: {
      AppKey: header('App-Key', "The application's key."),
      Nonce: header('Nonce', 'A text that is used once.'),
      Timestamp: header('Timestamp', 'When the call was signed, in ms since 1970.'),
      Signature: header('Signature', 'See server-api.md.'),
      SignatureVersion: header('Signature-Version', SIGNATURE_VERSION),
    },
    schemas: {
      Error: {
        ...object({
          code: { type: 'integer', description: 'why, as a number' },
          errorMessage: { type: 'string', description: 'why, in words' },
        }),
        description: 'Why a call was refused. Some calls also say what was done before.',
      },
    },
    responses: Object.fromEntries(Object.entries(refusals).map(([name, text]) => [name, refusal(text)])),
  },
});

const refusals = {
  BadParameter: 'A parameter, or what it names, is wrong.',
  Unsigned: 'The call is not signed.',
  TooLarge: 'The body is too large.',
  TooFast: 'Too many calls, or too much for a room; the same call can succeed a second later.',
  Internal: 'A fault of the server.',
};

const header = (name: string, description: string) => ({ type: 'apiKey', in: 'header', name, description });

const refusal = (description: string) => ({
  description,
  content: { [JSON_TYPE]: { schema: { $ref: '#/components/schemas/Error' } } },
});

const refusalRef = (name: keyof typeof refusals) => ({ $ref: `#/components/responses/${name}` });

function operation(tag: string, endpoint: Endpoint): object {
  const answer = object({ code: { type: 'integer', enum: [200] }, ...endpoint.answer }, endpoint.sometimes);
  return {
    tags: [tag],
    operationId: operationId(endpoint.path),
    description: `${endpoint.about}\n\nAt most ${endpoint.callsPerSec} calls a second.`,
    ...(Object.keys(endpoint.fields).length === 0 ? {} : { requestBody: requestBody(endpoint) }),
    responses: {
      '200': { description: 'Done.', content: { [JSON_TYPE]: { schema: answer } } },
      '400': refusalRef('BadParameter'),
      '401': refusalRef('Unsigned'),
      '413': refusalRef('TooLarge'),
      '429': refusalRef('TooFast'),
      '500': refusalRef('Internal'),
    },
  };
}

/** `/chatroom/user/block/add.json` → `chatroomUserBlockAdd` */
const operationId = (path: string): string =>
  path.replace(/^\/|\.json$/g, '').replace(/[/_](.)/g, (_match, first: string) => first.toUpperCase());

function requestBody({ body, fields }: Endpoint): object {
  const entries = Object.entries(fields);
  const required = entries.filter(([, field]) => field.required).map(([name]) => name);
  const properties: Properties = Object.fromEntries(entries.map(([name, field]) => [name, propertySchema(field)]));
  const schema = { type: 'object', properties, required };
  const encoding = body === 'form' ? encodingOf(entries) : {};
  return {
    required: required.length > 0,
    content: {
      [body === 'form' ? FORM : JSON_TYPE]: {
        schema,
        ...(Object.keys(encoding).length === 0 ? {} : { encoding }),
      },
    },
  };
}

function propertySchema(field: Field<unknown>): Schema {
  const description = `${field.about}; ${field.rule}`;
  if (field.default === undefined) return { ...field.schema, description };
  const value = field.schema.type === 'integer' ? Number(field.default) : field.default;
  return { ...field.schema, description, default: value };
}

/** How fields with several values are written in a form. */
const encodingOf = (entries: readonly (readonly [string, Field<unknown>])[]): Readonly<Record<string, object>> =>
  Object.fromEntries(
    entries
      .filter(([, field]) => field.maxValues > 1)
      .map(([name, field]) => [name, { style: field.keyed ? 'deepObject' : 'form', explode: true }]),
  );
