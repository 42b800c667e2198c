import type { ProjectFile } from './architecture.ts';
import { type ProseLine, proseOf } from './architecture-prose.ts';

interface WordRule {
  /** Whole words, in any case. */
  readonly word: RegExp;
  /** What to write instead. */
  readonly write: string;
  /** Files in which the word is right. */
  readonly except?: RegExp;
}

const rule = (word: string, write: string, except?: RegExp): WordRule => ({
  word: new RegExp(`(?<![\\w$.-])(?:${word})(?![\\w$])`, 'gi'),
  write,
  ...(except && { except }),
});

const person = 'he|they|she|who|user|users|member|members|everyone|everybody|nobody|device|devices';
const be = "is|are|was|were|be|been|isn't|aren't";

/** DynamoDB and CloudFormation have a word of their own that a room's entries once had. */
const notOfRooms = /^(lib\/(local|infra|store\/(dynamodb|keys))|test\/(local|infra|store\/rows))/;

/** Words that docs/glossary.md replaces. RongCloud's names, rule ids and names in backticks are exempt. */
export const wordRules: readonly WordRule[] = [
  rule('whoever|whomever|whom', 'who, the caller, the one that'),
  rule('anew|afresh', 'again, "a new ..."'),
  rule('somebody', 'a user, a caller, another write'),
  rule('meanwhile', 'in between, concurrently'),
  rule('lest', 'so that ... not'),
  rule('thereof|thereby|therein', 'of it, by that, in it'),
  rule('he|him|his|himself|she|her|hers|herself', 'they, the member, the user'),
  rule('(?:put|puts|putting)(?: \\w+){0,2} out(?! of (?:order|date))', 'removes, evicts'),
  rule(
    `(?:${be}|stays?|already|not|long) out(?! of (?:range|order|date|turn|memory|sync|reach))`,
    'is removed, is evicted',
  ),
  rule('kick|kicks|kicked|kicking|kick-?out', "evict, eviction; `kicked` is RongCloud's word"),
  rule('tell|tells|telling|told|untold', 'notify, report; an error "says"'),
  rule('news', 'event'),
  rule('revives?|revived|reviving', 'resume (a membership)'),
  rule('come-backs?|comes? back|came back|coming back', 'resume (a membership), reconnect (a client), return'),
  rule(
    '(?:the|a|an|every|each|this|that|one|two|of|after|before|since|late|last|doubled|lost|silent) drops?',
    'disconnect',
  ),
  rule(
    '(?:connections?|devices?|phone|laptop|he|they|who|member|members) (?:has |have |is |are |was |were )?(?:drop|drops|dropped)',
    'disconnects',
  ),
  rule('cut|cuts|cutting', 'force-close (a connection), truncate (a page)'),
  rule('bar|bars|barred|barring', 'restrict, restriction'),
  rule(`(?:${be}|or) away|away devices?|devices? away`, 'disconnected device'),
  rule(`(?:${person})(?: \\w+)? (?:${be})(?: (?:not|long|already|then))* due`, 'is evicted, would be evicted'),
  rule(
    '(?:everyone|everybody|nobody|if|found|not|long|already|before|those|members|one|yet|been|whom|turn) due(?! (?:timers?|rows?|list))',
    'is evicted; "due" is for timers',
  ),
  rule('due by|due entr(?:y|ies)|due rows?', 'evicted by; timer, timer row'),
  rule(
    '(?<!(?:in|take|takes|taking|one|first|same|right) (?:the |its |their |his )?)places?(?! of)',
    'quota slot, sort key, checkpoint, join order, seq, position',
  ),
  rule('fences?|fenced', 'version of the send permissions; in a test: a marker message'),
  rule('glances?', 'eventually consistent read'),
  rule('(?<!for )instances?', 'loginId', /^(lib\/(local|infra)|test\/(local|infra))/),
  rule('worth nothing|worthless', 'revoked, invalid'),
  rule('(?:go|goes|gone|went|going) by (?:itself|themselves)', 'expires'),
  rule(
    '(?:lay|lays|laid|lie|lies|laying) (?:\\w+ )?(?:down|on users?|on a user)',
    'store, set; applies a timed block or mute',
  ),
  rule('(?:is|are|means) nothing(?! (?:to|but|more|else|left|in|that|for|due))|counts? as none', 'is ignored'),
  rule('(?:put|puts) (?:\\w+ )?down', 'written'),
  rule('(?:look|looks|looked|looking) at', 'check, read'),
  rule(
    '(?:a|each|every|one|the|next|second|this|that|last|two|no|such|further|later|another) looks?(?! (?:for|up|like))',
    'a check',
  ),
  rule('outdates?|outdated|outdating', 'invalidate'),
  rule('is (?:then )?the truth', 'is correct'),
  rule('bear|bears|bore|borne|bearing', 'has, carries'),
  rule(
    "in (?:his|her|their|its|whose) name|in the name of|in (?:an? |the )?(?:\\w+ )?(?:user|sender|member)'s name|in whose name",
    'as the user',
  ),
  rule('deeds?', 'operation, action'),
  rule('of another(?=[.,;:)]| (?:is|are|may|can|was|were|only|at|too|and|or)|$)', 'of another user, room, ...'),
  rule('so often', 'rate'),
  rule('as (?:it|they|he) (?:was|were|has been|had been) read|as was read', 'unchanged since the read'),
  rule('sooner or later|a moment old', 'eventually consistent'),
  rule(
    'protect|protects|protected|protecting|protection|unprotected',
    'allowlisted',
    /^(lib\/(local|infra)|test\/(local|infra))/,
  ),
  rule(
    '(?<!stored |table |row |item )attributes?(?! (?:\\||of (?:the|a) (?:row|table|item)))',
    'entry (of a room)',
    notOfRooms,
  ),
  rule('who are you', 'the connection is not authenticated'),
];

/** One forbidden word in one line. */
export interface WordFinding {
  path: string;
  line: number;
  word: string;
  write: string;
}

/** Forbidden words in comments, sentences, test titles and Markdown. */
export function checkWords(files: readonly ProjectFile[]): WordFinding[] {
  return files.flatMap(proseOf).flatMap(checkLine);
}

function checkLine({ path, line, text }: ProseLine): WordFinding[] {
  const read = text.replace(NAMES, (match) => ' '.repeat(match.length));
  return wordRules
    .filter(({ except }) => except?.test(path) !== true)
    .flatMap(({ word, write }) =>
      [...read.matchAll(word)].map(([found]): WordFinding => ({ path, line, word: found, write })),
    );
}

/** Rule ids, constants, RongCloud's paths and call names, and single words in quotes, which quote a value of the wire. */
const NAMES =
  /\bKICK-(?:[A-Z0-9]+\b|\*)|\b[A-Z]+_[A-Z_]+\b|\/[a-z]+(?:\/\w+)+(?:\.json)?|\bon[A-Z]\w+|'[\w:-]+'|"[\w:-]+"/g;

/** One finding as a line for a person. */
export const describeWord = ({ path, line, word, write }: WordFinding): string =>
  `${path}:${line} "${word}": write ${write}`;
