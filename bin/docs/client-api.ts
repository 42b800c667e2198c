import { join } from 'node:path';
import ts from 'typescript';

/** A field, a parameter or a member of an enum, as its declaration says. */
export interface Named {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  readonly about: string;
}

/** A function, a method or what a listener is called with. */
export interface Called {
  readonly name: string;
  readonly about: string;
  readonly parameters: readonly Named[];
  readonly returns: string;
  readonly isStatic: boolean;
}

/** An interface, another type, or an enum, whose members have numbers as their types; those of a union have none. */
export interface Declared {
  readonly name: string;
  readonly about: string;
  /** What an interface extends, or the text of another type. */
  readonly is: string;
  readonly members: readonly Named[];
}

/** All that `lib/client/index.ts` exports, each list by name. */
export interface ClientApi {
  readonly functions: readonly Called[];
  readonly methods: readonly Called[];
  /** The setters of listeners; their parameters are those of the listener. */
  readonly listeners: readonly Called[];
  readonly classes: readonly Declared[];
  readonly interfaces: readonly Declared[];
  readonly types: readonly Declared[];
  readonly enums: readonly Declared[];
  readonly constants: readonly Declared[];
}

const ENGINE = 'RCIMIWEngine';
const isSetter = ({ name }: Pick<Called, 'name'>): boolean => /^setOn\w+Listener$/.test(name);

/** Reads the declarations of the client, wherever its files are: only `lib/client/index.ts` has a fixed path. */
export function readClientApi(project: string): ClientApi {
  const { config } = ts.readConfigFile(join(project, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, project);
  const entry = join(project, 'lib', 'client', 'index.ts');
  const program = ts.createProgram([entry], { ...options, types: [] });
  return new Reader(program.getTypeChecker()).read(program.getSourceFile(entry));
}

/** One declaration of a symbol. */
interface Found {
  readonly symbol: ts.Symbol;
  readonly node: ts.Declaration;
}

class Reader {
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  read(entry: ts.SourceFile | undefined): ClientApi {
    const module = entry && this.#checker.getSymbolAtLocation(entry);
    if (module === undefined) throw new Error('unable to read the client; lib/client/index.ts exports nothing');
    const found = this.#checker.getExportsOfModule(module).map((symbol) => this.#find(symbol));
    const engine = found.find(({ symbol }) => symbol.name === ENGINE);
    const others = found.filter((each) => each !== engine);
    const of = <Node extends ts.Declaration>(is: (node: ts.Node) => node is Node) =>
      others.flatMap(({ symbol, node }) => (is(node) ? [{ symbol, node }] : [])).sort(byName);
    if (engine === undefined) throw new Error(`unable to read the client; it does not export ${ENGINE}`);
    const calls = this.#methodsOf(engine);
    return {
      functions: of(ts.isFunctionDeclaration).map(({ symbol, node }) => this.#called(symbol, node)),
      methods: calls.filter((call) => !isSetter(call)),
      listeners: calls.filter(isSetter).map((call) => ({ ...call, returns: '' })),
      classes: of(ts.isClassDeclaration).map(({ symbol, node }) => this.#classOf(symbol, node)),
      interfaces: of(ts.isInterfaceDeclaration).map(({ symbol, node }) => this.#interfaceOf(symbol, node)),
      types: of(ts.isTypeAliasDeclaration).map(({ symbol, node }) => this.#typeOf(symbol, node)),
      constants: of(ts.isVariableDeclaration).map(({ symbol, node }) => this.#wholeOf(symbol, node.initializer)),
      enums: of(ts.isEnumDeclaration).map(({ symbol, node }) => this.#enumOf(symbol, node)),
    };
  }

  /** Follows re-exports to where the symbol is declared. */
  #find(exported: ts.Symbol): Found {
    const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
    const symbol = isAlias ? this.#checker.getAliasedSymbol(exported) : exported;
    const [node] = symbol.declarations ?? [];
    if (node === undefined) throw new Error(`unable to read the client; ${exported.name} is declared nowhere`);
    return { symbol, node };
  }

  /** The public methods of the engine, from whatever its type consists of. */
  #methodsOf({ symbol }: Found): readonly Called[] {
    const instance = this.#checker.getDeclaredTypeOfSymbol(symbol).getProperties();
    const own = this.#checker.getTypeOfSymbol(symbol).getProperties();
    return [...own, ...instance]
      .flatMap((member) => {
        const [node] = member.declarations ?? [];
        return node && ts.isMethodDeclaration(node) && isPublic(node) ? [this.#called(member, node)] : [];
      })
      .sort((a, b) => compare(a.name, b.name));
  }

  #called(symbol: ts.Symbol, node: ts.MethodDeclaration | ts.FunctionDeclaration): Called {
    const isStatic = ts.isMethodDeclaration(node) && has(node, ts.SyntaxKind.StaticKeyword);
    const listener = this.#listenerOf(symbol.name, node.parameters);
    return {
      ...{ name: symbol.name, about: this.#about(symbol), isStatic, returns: textOf(node.type) },
      parameters: (listener ?? node.parameters).map((parameter) => this.#parameter(parameter)),
    };
  }

  /** The parameters of the listener that a setter takes. */
  #listenerOf(
    name: string,
    [first]: ts.NodeArray<ts.ParameterDeclaration>,
  ): readonly ts.ParameterDeclaration[] | undefined {
    if (!isSetter({ name }) || first === undefined) return undefined;
    const type = this.#checker.getNonNullableType(this.#checker.getTypeAtLocation(first));
    const [signature] = type.getCallSignatures();
    const { declaration } = signature ?? {};
    if (declaration === undefined) throw new Error(`unable to read the client; the listener of ${name} is no function`);
    return declaration.parameters.filter(ts.isParameter);
  }

  #parameter(node: ts.ParameterDeclaration): Named {
    const isOptional = node.questionToken !== undefined || node.initializer !== undefined;
    return { name: node.name.getText(), type: textOf(node.type), isOptional, about: '' };
  }

  #classOf(symbol: ts.Symbol, node: ts.ClassDeclaration): Declared {
    const fields = node.members.filter(ts.isPropertyDeclaration).filter(isPublic);
    return { ...this.#head(symbol, heritageOf(node)), members: fields.map((field) => this.#member(field)) };
  }

  #interfaceOf(symbol: ts.Symbol, node: ts.InterfaceDeclaration): Declared {
    return { ...this.#head(symbol, heritageOf(node)), members: node.members.map((member) => this.#member(member)) };
  }

  /** A union with comments has its parts as members; any other type is the text of its node. */
  #typeOf(symbol: ts.Symbol, { type }: ts.TypeAliasDeclaration): Declared {
    const parts = ts.isUnionTypeNode(type) ? partsOf(type) : [];
    if (parts.every(({ about }) => about === '')) return this.#wholeOf(symbol, type);
    return { ...this.#head(symbol, ''), members: parts };
  }

  /** A type or a constant, which is the text of this node. */
  #wholeOf(symbol: ts.Symbol, node: ts.Node | undefined): Declared {
    return { ...this.#head(symbol, textOf(node)), members: [] };
  }

  #enumOf(symbol: ts.Symbol, node: ts.EnumDeclaration): Declared {
    const members = node.members.map((member) => ({
      ...{ name: member.name.getText(), isOptional: false },
      type: String(this.#checker.getConstantValue(member)),
      about: this.#about(this.#checker.getSymbolAtLocation(member.name)),
    }));
    return { ...this.#head(symbol, ''), members };
  }

  #member(node: ts.PropertyDeclaration | ts.TypeElement): Named {
    const isOptional = 'questionToken' in node && node.questionToken !== undefined;
    const about = this.#about(node.name && this.#checker.getSymbolAtLocation(node.name));
    if (ts.isMethodSignature(node)) {
      const type = `(${node.parameters.map((parameter) => parameter.getText()).join(', ')}) => ${textOf(node.type)}`;
      return { name: node.name.getText(), type, isOptional, about };
    }
    const type = ts.isPropertySignature(node) || ts.isPropertyDeclaration(node) ? textOf(node.type) : textOf(node);
    return { name: node.name?.getText() ?? '', type, isOptional, about };
  }

  #head(symbol: ts.Symbol, is: string): Omit<Declared, 'members'> {
    return { name: symbol.name, about: this.#about(symbol), is };
  }

  /** The comment in one line. */
  #about(symbol: ts.Symbol | undefined): string {
    if (symbol === undefined) return '';
    const text = ts.displayPartsToString(symbol.getDocumentationComment(this.#checker));
    const [deprecated] = symbol.getJsDocTags(this.#checker).filter(({ name }) => name === 'deprecated');
    const instead = deprecated && `Deprecated: use ${ts.displayPartsToString(deprecated.text)}`;
    return [text, instead]
      .filter((part) => part)
      .join(' ')
      .replace(/\s+/g, ' ');
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byName = (a: Found, b: Found): number => compare(a.symbol.name, b.symbol.name);

/** The text of a node as it is written, in one line. */
const textOf = (node: ts.Node | undefined): string => node?.getText().replace(/\s+/g, ' ') ?? '';

/** The parts of a union, each with the comment before it. */
function partsOf(union: ts.UnionTypeNode): readonly Named[] {
  const text = union.getSourceFile().text;
  let from = union.getFullStart();
  return union.types.map((part) => {
    const before = text.slice(from, part.getStart());
    from = part.end;
    const [, comment = ''] = /\/\*\*([\s\S]*?)\*\//.exec(before) ?? [];
    const about = comment
      .replace(/^\s*\*/gm, '')
      .replace(/\s+/g, ' ')
      .trim();
    return { name: textOf(part), type: '', isOptional: false, about };
  });
}

const has = (node: ts.HasModifiers, kind: ts.SyntaxKind): boolean =>
  node.modifiers?.some((modifier) => modifier.kind === kind) === true;

const isPublic = (node: ts.MethodDeclaration | ts.PropertyDeclaration): boolean =>
  !ts.isPrivateIdentifier(node.name) &&
  !has(node, ts.SyntaxKind.ProtectedKeyword) &&
  !has(node, ts.SyntaxKind.PrivateKeyword);

const heritageOf = (node: ts.InterfaceDeclaration | ts.ClassDeclaration): string =>
  (node.heritageClauses ?? []).flatMap(({ types }) => types.map(textOf)).join(', ');
