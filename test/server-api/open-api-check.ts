/** Faults of an OpenAPI 3.1 document, as far as this API uses the format; nothing = it is sound. */
export function openApiFaults(document: unknown): string[] {
  const root = asObject(document);
  const missing = ['openapi', 'info', 'paths'].filter((name) => !Object.hasOwn(root, name));
  const { title, version } = asObject(root.info);
  return [
    ...missing.map((name) => `${name} is missing`),
    ...(/^3\.1\.\d$/.test(String(root.openapi)) ? [] : ['openapi is not 3.1']),
    ...(typeof title === 'string' && typeof version === 'string' ? [] : ['info has no title or no version']),
    ...Object.entries(asObject(root.paths)).flatMap(([path, item]) => pathFaults(root, path, item)),
    ...securityFaults(root),
    ...repeated(operationsOf(root).map(({ operationId }) => String(operationId))),
    ...nodesOf(root).flatMap((node) => refFaults(root, node)),
  ];
}

type Node = Readonly<Record<string, unknown>>;

const asObject = (value: unknown): Node => (typeof value === 'object' && value !== null ? (value as Node) : {});

export const operationsOf = (document: unknown): Node[] =>
  Object.values(asObject(asObject(document).paths)).flatMap((item) => Object.values(asObject(item)).map(asObject));

function pathFaults(root: Node, path: string, item: unknown): string[] {
  const methods = Object.entries(asObject(item));
  const wrong = methods.filter(([method]) => !['get', 'put', 'post', 'delete'].includes(method));
  return [
    ...(path.startsWith('/') && !path.includes('{') ? [] : [`${path} is no plain path`]),
    ...(methods.length > 0 ? [] : [`${path} has no operation`]),
    ...wrong.map(([method]) => `${path} has no method ${method}`),
    ...methods.flatMap(([, operation]) => operationFaults(root, path, asObject(operation))),
  ];
}

function operationFaults(root: Node, path: string, operation: Node): string[] {
  const tags = (root.tags as Node[]).map(({ name }) => name);
  const responses = Object.entries(asObject(operation.responses));
  const unknown = (operation.tags as unknown[]).filter((tag) => !tags.includes(tag));
  return [
    ...unknown.map((tag) => `${path} has the unknown tag ${String(tag)}`),
    ...(responses.length > 0 ? [] : [`${path} has no responses`]),
    ...responses.flatMap(([status, response]) => responseFaults(`${path} ${status}`, asObject(response))),
    ...Object.entries(asObject(asObject(operation.requestBody).content)).flatMap(([type, media]) =>
      mediaFaults(`${path} ${type}`, asObject(media)),
    ),
  ];
}

const responseFaults = (at: string, response: Node): string[] =>
  '$ref' in response
    ? []
    : [
        ...(/ [1-5]\d\d$/.test(at) ? [] : [`${at} is no status`]),
        ...(typeof response.description === 'string' ? [] : [`${at} has no description`]),
        ...Object.values(asObject(response.content)).flatMap((media) => mediaFaults(at, asObject(media))),
      ];

function mediaFaults(at: string, { schema, encoding }: Node): string[] {
  const properties = asObject(asObject(schema).properties);
  const strays = Object.keys(asObject(encoding)).filter((name) => !Object.hasOwn(properties, name));
  return [...strays.map((name) => `${at} encodes ${name}, which it has not`), ...schemaFaults(at, asObject(schema))];
}

const KEYWORDS = new Set(
  `type description default enum pattern minLength maxLength minimum maximum items minItems maxItems properties
  required minProperties maxProperties propertyNames additionalProperties`.split(/\s+/),
);
const TYPES = new Set(['string', 'integer', 'boolean', 'array', 'object']);

function schemaFaults(at: string, schema: Node): string[] {
  if ('$ref' in schema) return [];
  const { type, required, pattern } = schema;
  const properties = asObject(schema.properties);
  const strays = (required as string[] | undefined)?.filter((name) => !Object.hasOwn(properties, name)) ?? [];
  const inner = ['items', 'propertyNames', 'additionalProperties'].filter((name) => name in schema);
  return [
    ...(TYPES.has(String(type)) ? [] : [`${at} has the type ${String(type)}`]),
    ...(type === 'array' && !('items' in schema) ? [`${at} is a list of nothing`] : []),
    ...Object.keys(schema).flatMap((name) => (KEYWORDS.has(name) ? [] : [`${at} has the keyword ${name}`])),
    ...strays.map((name) => `${at} requires ${name}, which it has not`),
    ...(pattern === undefined || isPattern(String(pattern)) ? [] : [`${at} has no regular expression`]),
    ...inner.flatMap((name) => schemaFaults(`${at}.${name}`, asObject(schema[name]))),
    ...Object.entries(properties).flatMap(([name, value]) => schemaFaults(`${at}.${name}`, asObject(value))),
  ];
}

function isPattern(text: string): boolean {
  try {
    RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}

function securityFaults(root: Node): string[] {
  const schemes = asObject(asObject(root.components).securitySchemes);
  const used = (root.security as Node[]).flatMap((requirement) => Object.keys(requirement));
  const unknown = used.filter((name) => !Object.hasOwn(schemes, name));
  const wrong = Object.entries(schemes).filter(([, scheme]) => {
    const { type, in: place, name } = asObject(scheme);
    return type !== 'apiKey' || place !== 'header' || typeof name !== 'string';
  });
  return [...unknown.map((name) => `${name} is no scheme`), ...wrong.map(([name]) => `${name} is no header`)];
}

const repeated = (names: readonly string[]): string[] =>
  names.filter((name, at) => names.indexOf(name) !== at).map((name) => `${name} comes twice`);

function nodesOf(value: unknown): Node[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value as Node, ...Object.values(value).flatMap(nodesOf)];
}

function refFaults(root: Node, { $ref: ref }: Node): string[] {
  if (typeof ref !== 'string') return [];
  const steps = ref.split('/');
  const found = steps.slice(1).reduce<unknown>((value, step) => asObject(value)[step], root);
  return steps[0] === '#' && found !== undefined ? [] : [`${ref} leads nowhere`];
}
