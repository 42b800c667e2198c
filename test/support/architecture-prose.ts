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
  return file.path.endsWith('.ts') ? proseOfTypeScript(file) : [];
}

/** A generated section is made of strings of the program that writes it, which are read there. */
const GENERATED = /^<!-- (\S+):begin -->$[\s\S]*?^<!-- \1:end -->$/gm;

function proseOfMarkdown({ path, text }: ProjectFile): ProseLine[] {
  const kept = blank(text, GENERATED, /^```[^\n]*\n[\s\S]*?^```/gm, /<!--[\s\S]*?-->/g, /\]\([^)\n]*\)/g, /`[^`]*`/g);
  return linesOf(path, 1, kept);
}

function proseOfTypeScript(file: ProjectFile): ProseLine[] {
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
  const found: ProseLine[] = [];
  const add = (position: number, text: string, isTitle: boolean) => {
    const first = source.getLineAndCharacterOfPosition(position).line + 1;
    const lines = linesOf(file.path, first, blank(text, /`[^`]*`/g));
    found.push(...(isTitle ? lines.map((line) => ({ ...line, isTitle }) as const) : lines));
  };
  const visit = (node: ts.Node) => {
    if (node.kind <= ts.SyntaxKind.LastToken) {
      // Before a token there is only white space and comments, so nothing in a string can be taken for one.
      const start = node.getFullStart();
      for (const comment of source.text.slice(start, node.getStart(source, false)).matchAll(COMMENT)) {
        add(start + comment.index, comment[0], false);
      }
    }
    if (isText(node) && isSentence(node, file.path)) add(node.getStart(source), node.text, isTitle(node));
    for (const child of node.getChildren(source)) visit(child);
  };
  visit(source);
  return found;
}

const COMMENT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;

type Text = ts.StringLiteralLike | ts.TemplateLiteralLikeNode;

const isText = (node: ts.Node): node is Text =>
  ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);

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
