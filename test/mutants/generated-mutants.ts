/* Mutants that are made of the product's text: each bound of the domain, each condition and each consistent read of the store. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { type Mutant, ROOT } from './mutant.ts';

/** A part of a file, and what is written instead in the mutant. */
interface Change {
  readonly node: ts.Node;
  readonly text: string;
  readonly what: string;
}

type Finder = (node: ts.Node, source: ts.SourceFile) => Change | undefined;

const SHIFTED: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
]);

/** The other side of its limit counts too. */
const bound: Finder = (node, source) => {
  if (!ts.isBinaryExpression(node)) return undefined;
  const text = SHIFTED.get(node.operatorToken.kind);
  if (text === undefined) return undefined;
  return { node: node.operatorToken, text, what: `the bound ${node.getText(source)}` };
};

/** A condition that always holds, and still uses the names and values of the request. */
const condition: Finder = (node, source) => {
  if (!ts.isPropertyAssignment(node) || node.name.getText(source) !== 'ConditionExpression') return undefined;
  const was = node.initializer.getText(source);
  const text = `\`attribute_exists(pk) OR attribute_not_exists(pk) OR (\${${was}})\``;
  return { node: node.initializer, text, what: `the condition ${was}` };
};

/** A row that is read with eventual consistency. */
const consistentRead: Finder = (node, source) => {
  if (!ts.isCallExpression(node) || !/\btable\.get$/.test(node.expression.getText(source))) return undefined;
  const [key, consistency] = node.arguments;
  if (key === undefined || consistency !== undefined) return undefined;
  const was = key.getText(source);
  return { node: key, text: `${was}, 'eventual'`, what: `the consistent read of ${was}` };
};

function mutantsOf(path: string, find: Finder): Mutant[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: Mutant[] = [];
  const visit = (node: ts.Node): void => {
    const change = find(node, source);
    if (change !== undefined) {
      const [from, to] = [change.node.getStart(source), change.node.end];
      const line = source.getLineAndCharacterOfPosition(from).line + 1;
      const mutated = text.slice(0, from) + change.text + text.slice(to);
      found.push({ what: `${path}:${line} ${change.what.replaceAll(/\s+/g, ' ')}`, path, text: () => mutated });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const inFolder = (folder: string, ...finders: readonly Finder[]): Mutant[] =>
  readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => finders.flatMap((find) => mutantsOf(`${folder}/${file}`, find)));

export const generatedMutants = (): readonly Mutant[] => [
  ...inFolder('lib/domain', bound),
  ...inFolder('lib/store/dynamodb', condition, consistentRead),
];
