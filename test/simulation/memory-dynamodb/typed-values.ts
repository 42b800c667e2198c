import { isBinary, isList, isSet, type MapValue, setIn, typeOf, type Value } from './values.ts';

/** A row in DynamoDB's typed values. */
export type Image = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
/** How bytes stand in it: as they are from the SDK, in base64 in an event of Lambda. */
type WriteBytes = (bytes: Uint8Array) => unknown;

const copyBytes: WriteBytes = (bytes) => new Uint8Array(bytes);
export const toBase64: WriteBytes = (bytes) => Buffer.from(bytes).toString('base64');

export function toImage(item: MapValue, writeBytes: WriteBytes = copyBytes): Image {
  const image: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const name in item) {
    const typed = toTyped(item[name] as Value, writeBytes);
    if (name === '__proto__') setIn(image, name, typed);
    else image[name] = typed;
  }
  return image;
}

function toTyped(value: Value, writeBytes: WriteBytes): Readonly<Record<string, unknown>> {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (isList(value)) return { L: value.map((each) => toTyped(each, writeBytes)) };
  if (isBinary(value)) return { B: writeBytes(value) };
  if (!isSet(value)) return { M: toImage(value as MapValue, writeBytes) };
  return { [typeOf(value)]: [...value].map((each) => (isBinary(each) ? writeBytes(each) : String(each))) };
}
