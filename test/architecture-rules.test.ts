import { describe, expect, it } from 'vitest';
import { definedIn, namedIn, ruleRows, undefinedIds, untestedIds, wrongRows } from './support/architecture-rules.ts';
import { projectFiles } from './support/project-files.ts';

const pages = projectFiles(/^docs\/(rules|cases)\.md$/);
const code = projectFiles(/^(lib|functions|bin|bench|examples|test)\/.*\.ts$/).filter(
  ({ path }) => !path.startsWith('test/architecture-rules'),
);
const tests = code.filter(({ path }) => path.startsWith('test/'));
const defined = new Set(pages.flatMap(({ text }) => [...definedIn(text)]));

describe('the rule ids of the project', () => {
  it('are defined in docs/rules.md, and the numbered cases in docs/cases.md', () => {
    expect([...defined]).toEqual(expect.arrayContaining(['LEAVE', 'KICK-31ST', 'I-M1', 'I-S2', 'case 1', 'case 40']));
    expect(undefinedIds(code, defined)).toEqual([]);
  });

  it('each have a test with the id in its title', () => {
    expect(untestedIds(tests, defined)).toEqual([]);
  });
});

describe('the table of rules in CONTRIBUTING.md', () => {
  const contributing = projectFiles(/^CONTRIBUTING\.md$/).map(({ text }) => text)[0] ?? '';
  const rules = [...defined].filter((id) => !/^(I-|case )/.test(id));

  it('has every rule, files that exist, and tests that name the rule', () => {
    expect(rules).toHaveLength(8);
    expect(wrongRows(ruleRows(contributing), rules, code)).toEqual([]);
  });

  it('is found wrong where it is', () => {
    const table = '| rule | in | tested in |\n| --- | --- | --- |\n| LEAVE | `lib/gone.ts` | `test/leave.test.ts` |\n';
    const files = [{ path: 'test/leave.test.ts', text: "it('goes', () => {}); // LEAVE" }];
    expect(wrongRows(ruleRows(table), ['LEAVE', 'BLOCK'], files)).toEqual([
      'BLOCK: has no row with a test',
      'LEAVE: lib/gone.ts does not exist',
      'LEAVE: no title in test/leave.test.ts has the id',
    ]);
    const right = [
      { path: 'test/leave.test.ts', text: "it('LEAVE: goes', () => {});" },
      { path: 'lib/gone.ts', text: '' },
    ];
    expect(wrongRows(ruleRows(table), ['LEAVE'], right)).toEqual([]);
  });
});

describe('the check of rule ids', () => {
  const page = '| id | rule |\n| --- | --- |\n| KICK-31ST | One. |\n| I-M1 | Two. |\n| 15 | Three, as LEAVE. |\n';

  it('reads what a page defines in the first cell of a row', () => {
    expect([...definedIn(page)]).toEqual(['KICK-31ST', 'I-M1', 'case 15']);
  });

  it.each([
    ['I-B1, I-B2 and KICK-SILENT', 'I-B1 I-B2 KICK-SILENT'],
    ['cases 7 and 8, case 9: BLOCK', 'BLOCK case 7 case 8 case 9'],
    ['cases 1, 2, and 3; a block, to leave, in 3 cases', 'case 1 case 2 case 3'],
  ])('finds in %s: %s', (text, ids) => {
    expect([...namedIn(text)].join(' ')).toBe(ids);
  });

  it('reports an id and a case that no page defines, in a comment and in a title', () => {
    const files = [
      { path: 'lib/domain/room.ts', text: '// KICK-31ST, I-M99\nconst one = 1;' },
      { path: 'test/domain/room.test.ts', text: "it('case 16: stays', () => {});\nit('case 15', () => {});" },
    ];
    expect(undefinedIds(files, definedIn(page))).toEqual([
      'lib/domain/room.ts:1 I-M99',
      'test/domain/room.test.ts:1 case 16',
    ]);
  });

  it('reports an id that stands in no title, though in a comment', () => {
    const text = "it('KICK-31ST and case 15', () => {}); // I-M1";
    expect(untestedIds([{ path: 'test/domain/room.test.ts', text }], definedIn(page))).toEqual(['I-M1']);
  });
});
