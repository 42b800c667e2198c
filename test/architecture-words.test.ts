import { describe, expect, it } from 'vitest';
import { checkWords, describeWord, wordRules } from './support/architecture-words.ts';
import { projectFiles } from './support/project-files.ts';

/**
 * Folders and files without a forbidden word, by how their paths begin: add yours when it is clean.
 * `WORDS=lib/store npx vitest run test/architecture-words` lists what is left in a folder or a file.
 */
const clean = [
  ...['bench/', 'bin/', 'console/', 'docs/', 'examples/', 'functions/', 'lib/'],
  ...['CHANGELOG.md', 'CONTRIBUTING.md', 'README.md'],
  ...[
    'test/architecture-',
    'test/bin/',
    'test/console/',
    'test/domain/',
    'test/authorization/',
    'test/fuzz/',
    'test/server-api/',
    'test/store/',
    'test/client/',
    'test/e2e/',
    'test/handlers/',
    'test/infra/',
    'test/local/',
  ],
  ...['test/protocol/', 'test/push/', 'test/simulation/', 'test/support/', 'test/usecases/'],
];

const asked = process.env.WORDS;
const checked = asked === undefined ? clean : [asked];

describe('the words of the project', () => {
  const findings = checkWords(projectFiles(/\.(tsx?|md)$/));

  it('are those of docs/glossary.md', () => {
    const left = findings.filter(({ path }) => checked.some((start) => path.startsWith(start)));
    expect(left.map(describeWord)).toEqual([]);
  });

  it('are counted by folder', () => {
    const folders = findings.map(({ path }) => path.split('/').slice(0, -1).join('/') || path);
    const counts = [...new Set(folders)].map((folder) => [folder, folders.filter((each) => each === folder).length]);
    if (counts.length > 0) console.log(counts.map(([folder, count]) => `${count} ${folder}`).join('\n'));
  });
});

const path = 'lib/domain/room.ts';
const found = (text: string, at = path) => checkWords([{ path: at, text }]).map(({ word }) => word);

describe('the check of words', () => {
  it.each([
    ['// Whoever comes first stays.', 'Whoever'],
    ['// The room is created anew.', 'anew'],
    ['// It starts afresh.', 'afresh'],
    ['// Somebody else has written it.', 'Somebody'],
    ['// A block may come meanwhile.', 'meanwhile'],
    ['/** He stays. */', 'He'],
    ['/** The connections of his devices. */', 'his'],
    ['// A message puts him out.', 'puts him out|him'],
    ['// The member is out.', 'is out'],
    ['// A message kicks them.', 'kicks'],
    ['// The client is told.', 'told'],
    ['// The next write has other news.', 'news'],
    ['// A come-back is decided once.', 'come-back'],
    ['// Its next frame revives it.', 'revives'],
    ['// The device comes back.', 'comes back'],
    ['// The clock starts at the drop.', 'the drop'],
    ['// The phone dropped silently.', 'phone dropped'],
    ['// The connection is cut.', 'cut'],
    ['// Users are barred.', 'barred'],
    ['// The device is away.', 'is away'],
    ['// The member is not due.', 'member is not due|not due'],
    ['// The kick of everyone due.', 'kick|everyone due'],
    ['// The rest of a due row.', 'due row'],
    ['// There is place in the window.', 'place'],
    ['// It raises the fence.', 'fence'],
    ['// A glance decides nothing.', 'glance'],
    ['// The instance of a login.', 'instance'],
    ['// Such tokens are worth nothing.', 'worth nothing'],
    ['// The room goes by itself.', 'goes by itself'],
    ['// What was laid down on it.', 'laid down'],
    ['// A row of an older epoch is nothing.', 'is nothing'],
    ['// It is put down every 5 s.', 'put down'],
    ['// The sweep looks at it.', 'looks at'],
    ['// A look decides nothing.', 'A look'],
    ['// It outdates the reads.', 'outdates'],
    ['// That is then the truth.', 'is then the truth'],
    ['// The row bears a mark.', 'bears'],
    ['// Sent in his name.', 'his|in his name'],
    ['// The message is of another.', 'of another'],
    ['// Only so often in a minute.', 'so often'],
    ['// The row as it was read.', 'as it was read'],
    ['// A read that may be a moment old.', 'a moment old'],
    ['// The protected users.', 'protected'],
    ['// An attribute of the room.', 'attribute'],
  ])('reports %s', (text, words) => {
    expect(found(text)).toEqual(expect.arrayContaining(words.split('|')));
    expect(found(text)).toHaveLength(words.split('|').length);
  });

  it('reports sentences in strings, titles of tests and Markdown, by line', () => {
    expect(found("const message = 'whoever sends is refused';")).toEqual(['whoever']);
    expect(found('const message = `sent by $' + '{user}, whoever it is`;')).toEqual(['whoever']);
    expect(found('const text = `a $' + '{b /* he */} c`; // her')).toEqual(['he', 'her']);
    expect(found('const Note = () => <p>Whoever leaves</p>;', 'console/page/note.tsx')).toEqual(['Whoever']);
    expect(found("it.each([1])('tells %s', () => {});", 'test/domain/room.test.ts')).toEqual(['tells']);
    expect(checkWords([{ path: 'docs/rules.md', text: '# Rules\n\nWhoever leaves.\n' }])).toEqual([
      { path: 'docs/rules.md', line: 3, word: 'Whoever', write: expect.stringContaining('who') },
    ]);
  });

  it.each([
    ["const url = 'ws://he'; const comment = /\\/\\/ he/; const text = `// he`;", path],
    ['// `told` and `news` are names.', path],
    ['// KICK-31ST is a rule, KICKED_BY_OTHER_DEVICE is a code.', path],
    ["// The reason is 'kicked'.", path],
    ["const reason = 'kicked';", path],
    ["const whom = 1; const path = '/chatroom/user/whitelist/kick.json';", path],
    ['// Two timers are due; the due list has them.', path],
    ['// In place of the first one, out of range.', path],
    ['// An attribute of the table.', 'lib/store/dynamodb/rooms.ts'],
    ["const message = 'whoever sends';", 'test/domain/room.test.ts'],
    ['<!-- units:begin -->\n| whoever |\n<!-- units:end -->', 'docs/data-model.md'],
    ['```\nwhoever\n```\n`he` and [text](his-page.md)', 'docs/rules.md'],
  ])('accepts %s', (text, at) => {
    expect(found(text, at)).toEqual([]);
  });

  it('says for each word what to write instead', () => {
    expect(wordRules.filter(({ write }) => write === '')).toEqual([]);
  });
});
