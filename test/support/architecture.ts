import ts from 'typescript';

/** One file of the project, as text: every rule below is a function of such files and of nothing else. */
export interface ProjectFile {
  /** Relative to the top of the project, with forward slashes. */
  path: string;
  text: string;
}

/** One breach of one rule. */
export interface Finding {
  path: string;
  rule: 'imports' | 'packages' | 'size' | 'purity' | 'names' | 'layout';
  detail: string;
}

/** One finding as a line for a person: file, rule, what is wrong. */
export function describeFinding(finding: Finding): string {
  return `${finding.path} [${finding.rule}] ${finding.detail}`;
}

export const maxFunctionLines = 60;
export const maxFileLines = 400;

/** Files that must stay shorter than the rest, because they only wire. */
const shortFiles = [
  { files: /^functions\/[^/]+\.ts$/, maxLines: 10 },
  { files: /^lib\/chatroom-stack\.ts$/, maxLines: 100 },
];

/** Files and functions that are too long to be read in one go. */
export function checkSizes(files: readonly ProjectFile[]): Finding[] {
  return files.filter(isTypeScript).flatMap((file) => {
    const maxLines = shortFiles.find((short) => short.files.test(file.path))?.maxLines ?? maxFileLines;
    const lines = countLines(file.text);
    const tooLong: Finding[] =
      lines > maxLines
        ? [{ path: file.path, rule: 'size', detail: `${lines} lines in the file, at most ${maxLines}` }]
        : [];
    // A `describe` block is a chapter and not a function, so tests answer for their file length alone.
    return file.path.startsWith('test/') ? tooLong : [...tooLong, ...longFunctions(file)];
  });
}

function longFunctions(file: ProjectFile): Finding[] {
  const source = parse(file);
  return nodesOf(source).flatMap((node): Finding[] => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return [];
    const first = lineOf(source, node.getStart(source));
    const lines = lineOf(source, node.getEnd()) - first + 1;
    if (lines <= maxFunctionLines) return [];
    const detail = `line ${first}: ${lines} lines in function ${nameOf(node)}, at most ${maxFunctionLines}`;
    return [{ path: file.path, rule: 'size', detail }];
  });
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name !== undefined) return node.name.getText();
  return ts.isVariableDeclaration(node.parent) ? node.parent.name.getText() : '(anonymous)';
}

/** The folders whose code gets the time, chance and the world outside as arguments. */
const pureFolders = /^(lib\/(protocol|domain|usecases)|console\/page\/model)\//;

const impureGlobals = new Set(
  `process setTimeout setInterval setImmediate fetch console performance crypto globalThis WebSocket
  XMLHttpRequest require`.split(/\s+/),
);
const impureMembers = new Set(['Date.now', 'Math.random']);

/** Clock, chance, environment or I/O in a folder that must have none of them. */
export function checkPurity(files: readonly ProjectFile[]): Finding[] {
  const pureFiles = files.filter((file) => isTypeScript(file) && pureFolders.test(file.path));
  return pureFiles.flatMap((file) => {
    const source = parse(file);
    return nodesOf(source).flatMap((node): Finding[] => {
      const touched = impureUse(node);
      if (touched === undefined) return [];
      const line = lineOf(source, node.getStart(source));
      return [{ path: file.path, rule: 'purity', detail: `line ${line}: may not touch ${touched}` }];
    });
  });
}

function impureUse(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const member = `${node.expression.getText()}.${node.name.text}`;
    return impureMembers.has(member) ? member : undefined;
  }
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date') {
    return (node.arguments?.length ?? 0) === 0 ? 'new Date()' : undefined;
  }
  // Without `new`, Date ignores its arguments and returns the current time.
  if (ts.isCallExpression(node) && node.expression.getText() === 'Date') return 'Date()';
  return ts.isIdentifier(node) && impureGlobals.has(node.text) && isUse(node) ? node.text : undefined;
}

/** Whether an identifier stands for a value here, and does not merely name a member, a parameter or a type. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isTypeReferenceNode(parent) || ts.isTypeQueryNode(parent)) return false;
  if (ts.isBindingElement(parent) && parent.propertyName === node) return false;
  return !('name' in parent && parent.name === node);
}

const codeFolders = /^(bin|functions|lib|test|examples|bench|console)\//;
const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const emptyNames = /^(utils?|helpers?|common)(\.|$)/;

/** File and folder names in the code folders, and what may lie loose in `lib`. */
export function checkNames(paths: readonly string[]): Finding[] {
  return paths
    .filter((path) => codeFolders.test(path))
    .flatMap((path) => {
      const findings: Finding[] = path.split('/').flatMap((part) => namePart(path, part));
      if (/^lib\/[^/]+$/.test(path) && path !== 'lib/chatroom-stack.ts') {
        findings.push({ path, rule: 'layout', detail: 'only chatroom-stack.ts lies loose in lib' });
      }
      return findings;
    });
}

function namePart(path: string, part: string): Finding[] {
  if (emptyNames.test(part)) return [{ path, rule: 'names', detail: `"${part}" says nothing of what is in it` }];
  if (kebabCase.test(part) || part === 'README.md' || part.startsWith('.')) return [];
  return [{ path, rule: 'names', detail: `"${part}" is not kebab-case` }];
}

export const requiredAtTop = ['package.json', 'cdk.json', 'bin', 'lib', 'functions', 'test'];

const allowedAtTop = new Set([
  ...requiredAtTop,
  ...['docs', 'examples', 'bench', 'console', 'settings', 'package-lock.json'],
  ...['README.md', 'LICENSE', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  // What commands leave behind; none of it is tracked.
  ...['node_modules', 'cdk.out', 'dist', 'coverage'],
]);
const configFile = /^(\..+|[a-z]+\.config\.ts|(tsconfig|biome|cdk)(\.[a-z]+)?\.json|.+\.log)$/;

/** The listing of the top folder: it shows the architecture, so nothing else may lie there and no door may be missing. */
export function checkTop(entries: readonly string[]): Finding[] {
  const strangers = entries.filter((entry) => !allowedAtTop.has(entry) && !configFile.test(entry));
  const missing = requiredAtTop.filter((entry) => !entries.includes(entry));
  return [
    ...strangers.map((path): Finding => ({ path, rule: 'layout', detail: 'does not belong at the top' })),
    ...missing.map((path): Finding => ({ path, rule: 'layout', detail: 'is missing at the top' })),
  ];
}

function isTypeScript(file: ProjectFile): boolean {
  return /\.tsx?$/.test(file.path);
}

function parse(file: ProjectFile): ts.SourceFile {
  return ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
}

function nodesOf(root: ts.Node): ts.Node[] {
  const nodes: ts.Node[] = [root];
  ts.forEachChild(root, (child) => {
    nodes.push(...nodesOf(child));
  });
  return nodes;
}

function lineOf(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line + 1;
}

function countLines(text: string): number {
  return text.trimEnd().split('\n').length;
}
