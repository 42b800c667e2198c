import { type Draw, pick } from './draw.ts';

type Typed = Readonly<Record<string, unknown>>;

const texts: readonly string[] = ['', 'x', '__proto__', '\ud800', 'joined', 'offline', '#', 'x'.repeat(5000)];
const numbers: readonly string[] = ['0', '-1', '1e300', '123456789012345678901234567890', 'NaN', 'x', '0.5'];
/** DynamoDB's typed values, and what is none. */
const typed: readonly ((draw: Draw) => unknown)[] = [
  (draw) => ({ S: pick(draw, texts) }),
  (draw) => ({ N: pick(draw, numbers) }),
  () => ({ BOOL: true }),
  () => ({ NULL: true }),
  () => ({ L: [{ S: 'x' }, { N: '1' }, { M: {} }] }),
  () => ({ M: { __proto__: { S: 'x' }, a: { L: [] } } }),
  () => ({ SS: ['a', 'b'] }),
  () => ({ B: 'AA==' }),
  () => ({}),
  () => ({ X: 1 }),
  () => null,
  () => 'text',
];

const isTyped = (value: unknown): value is Typed => typeof value === 'object' && value !== null;

/** One value somewhere in the image: of another type, missing, or beside one that nobody expects. */
export function bentImage(draw: Draw, image: Typed): Typed {
  const names = Object.keys(image);
  const name = draw(12) === 0 ? pick(draw, ['__proto__', 'event', 'extra']) : pick(draw, names);
  const value = image[name];
  if (draw(8) === 0) return Object.fromEntries(Object.entries(image).filter(([each]) => each !== name));
  const inner = isTyped(value) && isTyped(value.M) && Object.keys(value.M).length > 0 ? value.M : undefined;
  const bent = inner !== undefined && draw(2) === 0 ? { M: bentImage(draw, inner) } : pick(draw, typed)(draw);
  return { ...image, [name]: bent };
}
