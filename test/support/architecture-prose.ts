import ts from 'typescript';
import type { ProjectFile } from './architecture.ts';

/** One line of what people read in a file: a comment, a sentence in a string, a test's title, a line of Markdown. */
export interface ProseLine {
  path: string;
  line: number;
  text: string;
  /** It is the title of a test. */
  isTitle?: true;
}

/** The prose of a file, without names in backticks, blocks of code and the targets of links. */
export function proseOf(file: ProjectFile): ProseLine[] {
  if (file.path.endsWith('.md')) return proseOfMarkdown(file);
  return /\.tsx?$/.test(file.path) ? proseOfTypeScript(file) : [];
}

/** A generated section is made of strings of the program that writes it, which are read there. */
const GENERATED = /^<!-- (\S+):begin -->$[\s\S]*?^<!-- \1:end -->$/gm;

function proseOfMarkdown({ path, text }: ProjectFile): ProseLine[] {
  const kept = blank(text, GENERATED, /^```[^\n]*\n[\s\S]*?^```/gm, /<!--[\s\S]*?-->/g, /\]\([^)\n]*\)/g, /`[^`]*`/g);
  return linesOf(path, 1, kept);
}

function proseOfTypeScript(file: ProjectFile): ProseLine[] {
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
  const literals: ts.Node[] = [];
  const visit = (node: ts.Node) => {
    if (isText(node) || ts.isRegularExpressionLiteral(node)) literals.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  const linesAt = (position: number, text: string): ProseLine[] =>
    linesOf(file.path, source.getLineAndCharacterOfPosition(position).line + 1, blank(text, /`[^`]*`/g));
  const comments = commentsIn(source, literals).flatMap(({ index, text }) => linesAt(index, text));
  const sentences = literals.filter(isText).flatMap((node) => {
    if (!isSentence(node, file.path)) return [];
    const lines = linesAt(node.getStart(source), node.text);
    return isTitle(node) ? lines.map((line) => ({ ...line, isTitle: true }) as const) : lines;
  });
  return [...comments, ...sentences];
}

/** What begins like a comment is one, unless it is in a string, a template or a regular expression. */
function commentsIn(source: ts.SourceFile, literals: readonly ts.Node[]): { index: number; text: string }[] {
  const spans = literals.map((node) => [node.getStart(source), node.getEnd()] as const);
  const found: { index: number; text: string }[] = [];
  const comment = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
  for (let match = comment.exec(source.text); match !== null; match = comment.exec(source.text)) {
    const { index } = match;
    const span = spans.find(([start, end]) => start <= index && index < end);
    if (span === undefined) found.push({ index, text: match[0] });
    else comment.lastIndex = span[1];
  }
  return found;
}

type Text = ts.StringLiteralLike | ts.TemplateLiteralLikeNode | ts.JsxText;

const isText = (node: ts.Node): node is Text =>
  ts.isStringLiteralLike(node) ||
  ts.isJsxText(node) ||
  ts.isTemplateHead(node) ||
  ts.isTemplateMiddleOrTemplateTail(node);

/** In tests only the titles are prose: other strings are messages of clients, keys and expected values. */
function isSentence(node: Text, path: string): boolean {
  if (path.startsWith('test/')) return isTitle(node);
  return ts.isTemplateLiteralToken(node) && !ts.isNoSubstitutionTemplateLiteral(node)
    ? /[a-z] [a-z]/.test(node.text)
    : /[A-Za-z,;:]+ [a-z]+/.test(node.text);
}

const TITLED = /^(describe|it|test)\b/;

function isTitle(node: ts.Node): boolean {
  const whole = ts.isTemplateExpression(node.parent)
    ? node.parent
    : ts.isTemplateSpan(node.parent)
      ? node.parent.parent
      : node;
  const { parent } = whole;
  return ts.isCallExpression(parent) && parent.arguments[0] === whole && TITLED.test(parent.expression.getText());
}

/** The text with what the patterns match turned into spaces, so that lines keep their numbers. */
function blank(text: string, ...patterns: readonly RegExp[]): string {
  return patterns.reduce((rest, pattern) => rest.replace(pattern, (match) => match.replace(/[^\n]/g, ' ')), text);
}

function linesOf(path: string, first: number, text: string): ProseLine[] {
  return text.split('\n').map((line, index) => ({ path, line: first + index, text: line }));
}
