import type { ClientAction } from '../../lib/protocol/client-frames.ts';
import { type Draw, pick } from './draw.ts';
import { bendText, oddName, oddValue } from './odd-values.ts';

/** Names that exist where the frame is served, so that many frames get past the first check. */
export interface FrameNames {
  readonly rooms: readonly string[];
  readonly messageIds: readonly string[];
  readonly resumes: readonly { readonly roomEpoch: string; readonly membership: string }[];
}

export const anyNames: FrameNames = {
  rooms: ['r', 'room-2', 'A_+=-'],
  messageIds: ['1-a', '2-b'],
  resumes: [{ roomEpoch: 'e1', membership: 'm1' }],
};

/** A field: its name and its value as they stand in JSON. */
type Member = readonly [name: string, json: string];
type Maker = (draw: Draw, names: FrameNames) => string;

const json = JSON.stringify;
const of =
  (...texts: readonly string[]): Maker =>
  (draw) =>
    pick(draw, texts);
const upTo =
  (bound: number, from = 0): Maker =>
  (draw) =>
    `${from + draw(bound)}`;
const flag = of('true', 'false');
const room: Maker = (draw, { rooms }) => json(pick(draw, rooms));
const batch = (make: (draw: Draw) => string, open: string, close: string): Maker => {
  return (draw) => `${open}${Array.from({ length: 1 + draw(3) }, () => make(draw)).join()}${close}`;
};
const key = (draw: Draw): string => json(`k${draw(5)}`);

const fields: Readonly<Record<ClientAction, Readonly<Record<string, Maker>>>> = {
  join: { room, messageCount: upTo(52, -1), autoCreate: flag },
  leave: { room },
  send: {
    room,
    clientMessageId: (draw) => json(`c${draw(1000)}`),
    type: of('"RC:TxtMsg"', '"app:x"'),
    content: of('"hi"', '"{}"', '"\\ud83d\\ude00"', '""', '"\\u0000\\n\\""'),
  },
  history: { room, timestampMs: upTo(3), order: of('"descending"', '"ascending"'), count: upTo(50, 1) },
  repair: { room, afterSeq: upTo(5), beforeSeq: upTo(5) },
  recall: { room, messageId: (draw, { messageIds }) => json(pick(draw, messageIds)) },
  setEntries: {
    room,
    entries: batch((draw) => `${key(draw)}:"v${draw(9)}"`, '{', '}'),
    autoDelete: flag,
    overwrite: flag,
  },
  removeEntries: { room, keys: batch(key, '[', ']'), force: flag },
  getEntries: { room, afterKey: of('""', '"k1"') },
  info: { room, memberCount: upTo(21), order: of('"descending"', '"ascending"') },
  signal: { room, type: of('"typing"', '"app:x"'), data: of('""', '"{}"', '"\\ud83d\\ude00"') },
  ping: {},
  beat: {},
};
const actions = Object.keys(fields) as readonly ClientAction[];

function members(draw: Draw, names: FrameNames): Member[] {
  const action = pick(draw, actions);
  const made = Object.entries(fields[action]).map(([name, make]): Member => [name, make(draw, names)]);
  if (action === 'join' && draw(3) === 0) made.push(['resume', json({ ...pick(draw, names.resumes), seq: draw(4) })]);
  if (action === 'history' && draw(4) === 0) made.push(['cursor', `${draw(9)}`]);
  const id: readonly Member[] = action === 'beat' ? [] : [['id', json(`i${draw(99)}`)]];
  return [['action', json(action)], ...id, ...made];
}

/** Changes one field: another value, doubled, missing, renamed, or one that no action has. */
function bend(draw: Draw, given: readonly Member[]): Member[] {
  if (given.length === 0) return [[oddName(draw), oddValue(draw)]];
  const at = draw(given.length);
  const [name, value] = given[at] ?? ['x', '1'];
  const put = (...instead: readonly Member[]) => given.toSpliced(at, 1, ...instead);
  switch (draw(8)) {
    case 0:
      return put();
    case 1:
      return put([name, value], [name, oddValue(draw)]);
    case 2:
      return put([name, oddValue(draw)], [name, value]);
    case 3:
      return put([oddName(draw), value]);
    case 4:
      return [...given, [oddName(draw), oddValue(draw)]];
    case 5:
      return put([name, `{"a":${value}}`]);
    default:
      return put([name, oddValue(draw)]);
  }
}

/** The text of a frame: a right one, or one with up to three changes. */
export function frameText(draw: Draw, names: FrameNames = anyNames): string {
  let made = members(draw, names);
  for (let changes = pick(draw, [0, 0, 1, 1, 2, 3]); changes > 0; changes -= 1) made = bend(draw, made);
  const text = `{${made.map(([name, value]) => `"${name}":${value}`).join()}}`;
  return draw(6) === 0 ? bendText(draw, text) : text;
}
