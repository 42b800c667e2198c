import { apiCalls, bodyOf } from '../authorization/api-calls.ts';
import type { Names } from '../authorization/scene.ts';
import { type Draw, pick } from './draw.ts';
import { bendText, oddName, oddValue } from './odd-values.ts';

const odd: readonly string[] = [
  ...['', '%', '%4', '%zz', '%00', '%ff', '%ed%a0%80', '%c3%28', '%F0%9F%98%80', '%26', '%3D', '%5B%5D', '+', '++'],
  ...['é', '\u0000', '0', '1', '-1', '2', '1e3', '99999999999999999999', '0x10', 'true', 'default', 'null', '[]', '{}'],
  ...['ann,bob', ',', '__proto__', 'constructor', 'a b', 'ann%20', '[%22a%22]', '{"k":1}', '{"k":"v","__proto__":"x"}'],
];
const oddText = (draw: Draw): string => {
  if (draw(3) === 0) return oddValue(draw);
  return draw(300) === 0 ? 'x'.repeat(pick(draw, [64, 65, 4096, 4097, 40_000])) : pick(draw, odd);
};

/** One pair of a form: doubled, missing, renamed, of another value, or as a list. */
function bendPairs(draw: Draw, pairs: readonly string[]): readonly string[] {
  const at = draw(pairs.length + 1);
  const [name = '', value = ''] = (pairs[at] ?? `${oddName(draw)}=1`).split(/=(.*)/s);
  const put = (...instead: readonly string[]) => pairs.toSpliced(at, 1, ...instead);
  switch (draw(8)) {
    case 0:
      return put();
    case 1:
      return put(`${name}=${value}`, `${name}=${oddText(draw)}`);
    case 2:
      return put(`${oddName(draw)}=${value}`);
    case 3:
      return put(`${name}[]=${value}`);
    case 4:
      return put(name);
    case 5:
      return put(
        ...Array.from({ length: pick(draw, [2, 20, 21, 101, 2001]) }, (_, index) => `${name}=${value}${index}`),
      );
    default:
      return put(`${name}=${oddText(draw)}`);
  }
}

const spread = (text: string): string =>
  [...text].map((one) => `%${one.charCodeAt(0).toString(16).padStart(2, '0')}`).join('');

function bendBody(draw: Draw, body: string): string {
  if (body.startsWith('{') && draw(2) === 0) {
    const { ...members } = JSON.parse(body) as Record<string, unknown>;
    const name = pick(draw, Object.keys(members));
    const bent = `{${Object.entries(members)
      .map(([each, value]) => `"${each}":${each === name ? oddValue(draw) : JSON.stringify(value)}`)
      .join()}}`;
    return draw(4) === 0 ? bent.replace('{', `{"${oddName(draw)}":${oddValue(draw)},`) : bent;
  }
  if (body.startsWith('{')) return bendText(draw, body);
  let pairs: readonly string[] = body.split('&');
  for (let changes = 1 + draw(2); changes > 0; changes -= 1) pairs = bendPairs(draw, pairs);
  const text = pairs.join('&');
  if (draw(20) === 0) return bendText(draw, text);
  return draw(20) === 0 && text.length < 1000 ? text.replace(/[A-Za-z]+/, spread) : text;
}

/**
 * A call: the path and its body, one character for each byte. Half of them are right, or nearly: their `odd` parts are
 * percent-encoded.
 */
export function callText(draw: Draw, names: Names): string {
  const call = pick(draw, apiCalls);
  const right = bodyOf(call, names);
  const body = draw(4) === 0 ? right : bendBody(draw, right);
  return `${call.path} ${Buffer.from(body).toString('latin1')}`;
}
