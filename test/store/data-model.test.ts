import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = (folder: string): readonly string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);

const written = sources('lib/store/dynamodb').map(read).join('\n');
// The shapes of lists are those of calls; their rows are spelled out where they are written.
const stored = [...sources('lib/store').filter((path) => !path.endsWith('/lists.ts')), ...sources('lib/domain')];
const shapes = [written, ...stored.map(read)].join('\n');

/** A field is named in an expression, is a field of what is stored, or is spelled out in an item. */
const isStored = (name: string): boolean =>
  [`#${name}\\b`, `'${name}'`, `Item: \\{.*(?<!: )\\b${name} *[:,}]`].some((form) => new RegExp(form).test(written)) ||
  new RegExp(`^ {2}readonly ${name}\\??: `, 'm').test(shapes);

/** The fields of each item, as the page lists them. */
function fieldsOnPage(): ReadonlyMap<string, readonly string[]> {
  const [, items = ''] = read('docs/data-model.md').split('\n## Items\n');
  const lines = items.split('\n').filter((line) => line.startsWith('| '));
  const rows = lines.map((line) => line.slice(2).split(' | ')).filter(([, pk]) => pk?.startsWith('`') === true);
  return new Map(
    rows.map(([item = '', , , fields = '']) => [
      item,
      [...fields.matchAll(/`([A-Za-z]+)`/g)].map(([, name = '']) => name),
    ]),
  );
}

it('has each field that the page of the data model names', () => {
  const items = fieldsOnPage();
  expect(items.get('connection')).toContain('leaseUntilMs');
  expect(items.size).toBeGreaterThan(20);
  const unknown = [...items].flatMap(([item, names]) =>
    names.filter((name) => !isStored(name)).map((name) => [item, name]),
  );
  expect(unknown).toEqual([]);
});

it('does not take for a field what the code uses for something else', () => {
  const former = ['destroyedByItself', 'starting', 'tokensFromMs', 'afterItem', 'items'];
  expect(former.filter(isStored)).toEqual([]);
});
