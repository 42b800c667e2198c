import { join, posix, relative, sep } from 'node:path';
import ts from 'typescript';
import type { PackageFile } from './package-file.ts';

const FOLDER = 'types';
/** How declarations and the specifiers in them end, for each of the two module systems. */
const ENDINGS = [
  { declaration: '.d.ts', specifier: '.js' },
  { declaration: '.d.cts', specifier: '.cjs' },
];

/** The declarations of all files that the SDK's public types need, once for `import` and once for `require`. */
export const declareClient = (project: string): readonly PackageFile[] => declareFolder(project, 'client', FOLDER, []);

/**
 * The declarations that the index of a folder of lib leads to, in the folder `into` of the package, once for each module
 * system. The files of that folder of lib lie at the top there, those of others in a folder of the same name. `types` are
 * the packages of ambient types that the sources need.
 */
export function declareFolder(
  project: string,
  folder: string,
  into: string,
  types: readonly string[],
): readonly PackageFile[] {
  const entry = `${folder}/index.ts`;
  const declared = emitDeclarations(project, entry, types);
  const paths = reachable(entry, declared);
  const publicPath: PublicPath = (path) => path.replace(`${folder}/`, '');
  return ENDINGS.flatMap((ending) =>
    paths.map((path) => ({
      path: posix.join(into, publicPath(path).replace(/\.ts$/, ending.declaration)),
      text: rewriteSpecifiers(path, declared.get(path) ?? '', ending.specifier, publicPath),
    })),
  );
}

type PublicPath = (path: string) => string;

/** Each declaration by the path of its source, relative to lib. */
function emitDeclarations(project: string, from: string, types: readonly string[]): ReadonlyMap<string, string> {
  const { config } = ts.readConfigFile(join(project, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, project);
  const lib = join(project, 'lib');
  const entry = join(lib, from);
  const emit = { declaration: true, emitDeclarationOnly: true, noEmit: false, rootDir: lib, outDir: lib };
  const program = ts.createProgram([entry], { ...options, ...emit, types: [...types] });
  const declared = new Map<string, string>();
  const { diagnostics } = program.emit(undefined, (path, text) => {
    declared.set(
      relative(lib, path)
        .split(sep)
        .join('/')
        .replace(/\.d\.ts$/, '.ts'),
      text,
    );
  });
  const faults = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (faults.length > 0) throw new Error(`unable to declare ${from}; ${describe(faults)}`);
  return declared;
}

const describe = (faults: readonly ts.Diagnostic[]): string =>
  ts.formatDiagnostics(faults, {
    getCanonicalFileName: (path) => path,
    getCurrentDirectory: () => '',
    getNewLine: () => '\n',
  });

/** The files that the declarations of a file lead to, itself first. */
function reachable(first: string, declared: ReadonlyMap<string, string>): readonly string[] {
  const found = new Set([first]);
  for (const path of found) {
    for (const { fileName } of importsOf(declared.get(path) ?? '')) found.add(resolve(path, fileName));
  }
  return [...found];
}

/** Not those of packages. */
const importsOf = (text: string): readonly ts.FileReference[] =>
  ts.preProcessFile(text, true, true).importedFiles.filter(({ fileName }) => fileName.startsWith('.'));

const resolve = (path: string, specifier: string): string => posix.join(posix.dirname(path), specifier);

/** TypeScript before 5 and some tools do not read a specifier that ends with `.ts`. */
function rewriteSpecifiers(path: string, text: string, ending: string, publicPath: PublicPath): string {
  return importsOf(text).reduceRight((rewritten, { pos, fileName }) => {
    const target = publicPath(resolve(path, fileName)).replace(/\.ts$/, ending);
    const specifier = posix.relative(posix.dirname(publicPath(path)), target);
    const written = specifier.startsWith('.') ? specifier : `./${specifier}`;
    // The position is that of the quote before the specifier.
    const begin = pos + 1;
    return `${rewritten.slice(0, begin)}${written}${rewritten.slice(begin + fileName.length)}`;
  }, text);
}
