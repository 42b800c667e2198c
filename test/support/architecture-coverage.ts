import { posix } from 'node:path';
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

/** The strings of a union type that one of the files exports, imports resolved; nothing where no file exports it. */
export function stringsOf(type: string, files: readonly ProjectFile[], top: string): string[] {
  const texts = new Map(files.map(({ path, text }) => [posix.join(top, path), text]));
  const options = { strict: true, noEmit: true, allowImportingTsExtensions: true, target: ts.ScriptTarget.ES2023 };
  const host = ts.createCompilerHost({ ...options, module: ts.ModuleKind.ESNext });
  const [readFile, fileExists] = [host.readFile, host.fileExists];
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.directoryExists = () => true;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  const moduleResolution = ts.ModuleResolutionKind.Bundler;
  const program = ts.createProgram(
    [...texts.keys()],
    { ...options, module: ts.ModuleKind.ESNext, moduleResolution },
    host,
  );
  const checker = program.getTypeChecker();
  return [...texts.keys()].flatMap((path) => {
    const source = program.getSourceFile(path);
    const module = source && checker.getSymbolAtLocation(source);
    const found = module && checker.getExportsOfModule(module).find(({ name }) => name === type);
    if (source === undefined || found?.declarations?.[0]?.getSourceFile() !== source) return [];
    const declared = checker.getDeclaredTypeOfSymbol(found);
    return (declared.isUnion() ? declared.types : [declared]).flatMap((part) =>
      part.isStringLiteral() ? [part.value] : [],
    );
  });
}

/** Frames of a client, by action, that no test of the protocol has in a string of its own. */
export const untestedActions = (actions: readonly string[], tests: readonly ProjectFile[]): string[] =>
  uncalledPaths(actions, tests);
