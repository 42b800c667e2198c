import ts from 'typescript';
import type { ProjectFile } from './architecture.ts';

const storeInterface = /^lib\/store\/(?!dynamodb|memory)[^/]+\.ts$/;
const storeContract = /^test\/store\/[^/]+\.ts$/;

/** Methods of the store's interfaces that no file of its contract calls, as `path Interface.method`. */
export function uncalledStoreMethods(files: readonly ProjectFile[]): string[] {
  const called = new Set(files.filter(({ path }) => storeContract.test(path)).flatMap(calledIn));
  return files
    .filter(({ path }) => storeInterface.test(path))
    .flatMap((file) => methodsIn(file).filter(({ method }) => !called.has(method)))
    .map(({ path, owner, method }) => `${path} ${owner}.${method}`);
}

interface Method {
  readonly path: string;
  readonly owner: string;
  readonly method: string;
}

function methodsIn(file: ProjectFile): Method[] {
  return nodesOf(parse(file)).flatMap((node): Method[] => {
    if (!ts.isInterfaceDeclaration(node)) return [];
    return node.members
      .filter(isMethod)
      .map((member) => ({ path: file.path, owner: node.name.text, method: member.name?.getText() ?? '' }));
  });
}

const isMethod = (member: ts.TypeElement): boolean =>
  ts.isMethodSignature(member) ||
  (ts.isPropertySignature(member) && member.type !== undefined && ts.isFunctionTypeNode(member.type));

const calledIn = (file: ProjectFile): string[] =>
  nodesOf(parse(file)).flatMap((node) =>
    ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) ? [node.expression.name.text] : [],
  );

/** Paths of the server API that no test of it has in a string of its own. */
export function uncalledPaths(served: readonly string[], tests: readonly ProjectFile[]): string[] {
  const named = new Set(tests.flatMap((file) => nodesOf(parse(file)).flatMap(textsOf)));
  return served.filter((path) => !named.has(path));
}

/** A list of paths in one string names each of them. */
const textsOf = (node: ts.Node): string[] => (ts.isStringLiteralLike(node) ? node.text.split(/\s+/) : []);

const parse = (file: ProjectFile): ts.SourceFile =>
  ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);

function nodesOf(root: ts.Node): ts.Node[] {
  const nodes: ts.Node[] = [root];
  ts.forEachChild(root, (child) => {
    nodes.push(...nodesOf(child));
  });
  return nodes;
}
