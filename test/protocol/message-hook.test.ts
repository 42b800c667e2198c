import { expect, test } from 'vitest';
import { readHookAnswer } from '../../lib/protocol/message-hook.ts';

const malformed = { kind: 'failed', why: 'the answer is not of the form' };

test.each([
  ['{"decision":"accept"}', { kind: 'accepted' }],
  ['{"decision":"accept","reason":"fine","more":1}', { kind: 'accepted' }],
  ['{"decision":"refuse"}', { kind: 'refused', note: '' }],
  ['{"decision":"refuse","reason":"no links"}', { kind: 'refused', note: 'no links' }],
  [`{"decision":"refuse","reason":"${'x'.repeat(201)}"}`, { kind: 'refused', note: 'x'.repeat(200) }],
  ['{"decision":"accept","content":"another"}', malformed],
  ['{"decision":"refuse","content":null}', malformed],
  ['{"decision":"refuse","reason":7}', malformed],
  ['{"decision":"Accept"}', malformed],
  ['{"errorMessage":"it failed","errorType":"Error"}', malformed],
  ['["accept"]', malformed],
  ['"accept"', malformed],
  ['null', malformed],
  ['accept', malformed],
  ['', malformed],
])('an answer %s', (text, verdict) => {
  expect(readHookAnswer(text)).toEqual(verdict);
});
