import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  checkNames,
  checkPurity,
  checkSizes,
  checkTop,
  describeFinding,
  type Finding,
  type ProjectFile,
  requiredAtTop,
} from './support/architecture.ts';
import { checkImports } from './support/architecture-imports.ts';

const top = fileURLToPath(new URL('..', import.meta.url));
const codeFolders = ['bin', 'functions', 'lib', 'console', 'test', 'examples', 'bench'];
const paths = codeFolders.flatMap(filesUnder);
const files = paths
  .filter((path) => /\.tsx?$/.test(path))
  .map((path): ProjectFile => ({ path, text: readFileSync(join(top, path), 'utf8') }));

describe('the project', () => {
  it('is really read', () => {
    expect(paths).toContain('test/architecture.test.ts');
    expect(paths.some((path) => path.startsWith('lib/'))).toBe(true);
  });

  it('imports only along the arrows', () => {
    expect(lines(checkImports(files))).toEqual([]);
  });

  it('has no file and no function that is too long', () => {
    expect(lines(checkSizes(files))).toEqual([]);
  });

  it('keeps clock, chance, environment and I/O out of protocol, domain and usecases', () => {
    expect(lines(checkPurity(files))).toEqual([]);
  });

  it('names its files in kebab-case and after what is in them', () => {
    expect(lines(checkNames(paths))).toEqual([]);
  });

  it('shows its architecture in the top folder', () => {
    expect(lines(checkTop(readdirSync(top)))).toEqual([]);
  });
});

describe('the check of imports', () => {
  it.each([
    ['lib/domain/room.ts', "import { a } from '../store/keys.ts';", 'imports', 'lib/store/keys.ts'],
    ['lib/domain/room.ts', "import type { A } from '../protocol/codes.ts';", 'imports', 'lib/protocol/codes.ts'],
    ['lib/domain/room.ts', "import { a } from '../protocol/parse-frame.ts';", 'imports', 'lib/protocol/parse-frame.ts'],
    ['lib/domain/room.ts', "import type { A } from '../protocol/answers.ts';", 'imports', 'lib/protocol/answers.ts'],
    ['lib/domain/room.ts', "import { a } from '../protocol/ids-parse.ts';", 'imports', 'lib/protocol/ids-parse.ts'],
    ['lib/protocol/ids.ts', "import { a } from '../domain/room.ts';", 'imports', 'lib/domain/room.ts'],
    ['lib/store/keys.ts', "import { a } from '../protocol/codes.ts';", 'imports', 'lib/protocol/codes.ts'],
    ['lib/domain/room.ts', "export * from '../usecases/sweep/sweep.ts';", 'imports', 'lib/usecases/sweep/sweep.ts'],
    ['lib/domain/room.ts', "const a = await import('../push/push.ts');", 'imports', 'lib/push/push.ts'],
    ['lib/domain/room.ts', "type A = import('../push/push.ts').A;", 'imports', 'lib/push/push.ts'],
    ['lib/domain/room.ts', "import * as v from 'valibot';", 'packages', 'valibot'],
    ['lib/protocol/codes.ts', "import * as v from 'valibot';", 'packages', 'valibot'],
    ['lib/store/keys.ts', "import 'node:fs';", 'packages', 'node:fs'],
    ['lib/store/room-store.ts', "import '@aws-sdk/lib-dynamodb';", 'packages', '@aws-sdk/lib-dynamodb'],
    ['lib/usecases/sweep/sweep.ts', "import '../../store/dynamodb.ts';", 'imports', 'lib/store/dynamodb.ts'],
    ['lib/handlers/message.ts', "import '../store/dynamodb.ts';", 'imports', 'lib/store/dynamodb.ts'],
    ['lib/handlers/message.ts', "import '@aws-sdk/client-secrets-manager';", 'packages', 'secrets-manager'],
    ['lib/client/index.ts', "import '../protocol/parse-frame.ts';", 'imports', 'lib/protocol/parse-frame.ts'],
    ['lib/client/index.ts', "import 'ws';", 'packages', 'ws'],
    ['lib/local/gateway.ts', "import '../protocol/codes.ts';", 'imports', 'lib/protocol/codes.ts'],
    ['lib/chatroom-stack.ts', "import './domain/room.ts';", 'imports', 'lib/domain/room.ts'],
    ['lib/infra/settings.ts', "import '../domain/room.ts';", 'imports', 'lib/domain/room.ts'],
    ['functions/sweep.ts', "import '../lib/usecases/sweep/sweep.ts';", 'imports', 'lib/usecases/sweep/sweep.ts'],
    ['test/store/interposed-store.ts', "import '../../bench/units.ts';", 'imports', 'bench/units.ts'],
    ['test/support/world.ts', "import type { A } from '../../bench/units.ts';", 'imports', 'bench/units.ts'],
    ['test/support/world.ts', "import '../client/scripted-engine.ts';", 'imports', 'test/client/scripted-engine.ts'],
    [
      'test/simulation/chance.ts',
      "import '../client/scripted-engine.ts';",
      'imports',
      'test/client/scripted-engine.ts',
    ],
    ['test/simulation/chance.ts', "import 'vitest';", 'packages', 'vitest'],
    ['lib/usecases/join-room.ts', "import './leave-room.ts';", 'imports', 'lib/usecases/leave-room.ts'],
    ['lib/usecases/steps/permit-join.ts', "import '../join-room.ts';", 'imports', 'lib/usecases/join-room.ts'],
    ['lib/usecases/sweep/sweep.ts', "import '../leave-room.ts';", 'imports', 'lib/usecases/leave-room.ts'],
    ['lib/handlers/message.ts', "import '../usecases/steps/fan-out.ts';", 'imports', 'lib/usecases/steps/fan-out.ts'],
    ['lib/server-api/rooms.ts', "import '../usecases/steps/fan-out.ts';", 'imports', 'lib/usecases/steps/fan-out.ts'],
    ['console/page/person.ts', "import '../../lib/client/index.ts';", 'imports', 'lib/client/index.ts'],
    ['console/page/sdk.ts', "export * from '../../lib/client/engine.ts';", 'imports', 'lib/client/engine.ts'],
    [
      'console/page/components/app.tsx',
      "import '../../server/read-body.ts';",
      'imports',
      'console/server/read-body.ts',
    ],
    ['console/page/model/reduce.ts', "import 'preact';", 'packages', 'preact'],
    ['console/server/read-body.ts', "import '../../lib/handlers/deps.ts';", 'imports', 'lib/handlers/deps.ts'],
    ['lib/misc/thing.ts', '', 'imports', 'without import rules'],
  ])('reports %s: %s', (path, text, rule, detail) => {
    expect(checkImports([{ path, text }])).toEqual([{ path, rule, detail: expect.stringContaining(detail) }]);
  });

  it.each([
    ['lib/domain/room.ts', "import './member.ts'; // import '../store/keys.ts'"],
    ['lib/domain/room.ts', "import '../protocol/ids.ts'; import '../protocol/limits.ts';"],
    ['lib/domain/room.ts', "import '../protocol/message.ts'; import '../protocol/end-reason.ts';"],
    ['lib/store/keys.ts', "import '../protocol/ids.ts'; import '../domain/room.ts';"],
    ['lib/protocol/parse-frame.ts', "import * as v from 'valibot'; import './codes.ts';"],
    ['lib/store/dynamodb/members.ts', "import '@aws-sdk/lib-dynamodb'; import '../../domain/room.ts';"],
    ['lib/usecases/sweep/sweep.ts', "import '../../store/room-store.ts'; import '../../push/push.ts';"],
    ['lib/handlers/deps.ts', "import '../store/dynamodb.ts'; import '@aws-sdk/client-secrets-manager';"],
    ['lib/client/index.ts', "import '../protocol/codes.ts';"],
    ['functions/sweep.ts', "export { handler } from '../lib/handlers/sweep.ts';"],
    ['test/client/renewal.test.ts', "import '../simulation/chance.ts'; import '../support/token-of.ts'; import 'ws';"],
    ['test/simulation/memory.test.ts', "import 'vitest'; import './chance.ts'; import '../support/world.ts';"],
    ['test/simulation/sim-server.ts', "import '../support/world.ts'; import '../../lib/usecases/sweep/sweep.ts';"],
    ['lib/infra/settings.ts', "import '../domain/settings.ts';"],
    ['bin/dev.ts', "import '../lib/local/index.ts'; import 'aws-cdk-lib';"],
    ['console/page/sdk.ts', "export * from '../../lib/client/index.ts';"],
  ])('accepts %s: %s', (path, text) => {
    expect(checkImports([{ path, text }])).toEqual([]);
  });
});

describe('the check of clock, chance and I/O', () => {
  it.each([
    ['const nowMs = Date.now();', 'Date.now'],
    ['const read = Date.now;', 'Date.now'],
    ['const date = new Date();', 'new Date()'],
    ['const text = Date();', 'Date()'],
    ['const id = Math.random();', 'Math.random'],
    ['const id = crypto.randomUUID();', 'crypto'],
    ['const start = performance.now();', 'performance'],
    ['const table = process.env.TABLE;', 'process'],
    ['setTimeout(() => {}, 1);', 'setTimeout'],
    ['setInterval(() => {}, 1);', 'setInterval'],
    ["await fetch('https://example.org');", 'fetch'],
    ["console.log('x');", 'console'],
    ['const deps = { fetch };', 'fetch'],
  ])('reports %s', (text, touched) => {
    const path = 'lib/domain/room.ts';
    expect(checkPurity([{ path, text }])).toEqual([
      { path, rule: 'purity', detail: `line 1: may not touch ${touched}` },
    ]);
  });

  it.each([
    ['lib/domain/room.ts', 'const date = new Date(nowMs); const most = Math.max(1, 2);'],
    ['lib/domain/room.ts', '// Date.now() is not called here\nconst word = "Date.now()";'],
    ['lib/usecases/sweep/sweep.ts', 'interface Deps { fetch(): void } declare const deps: Deps; deps.fetch();'],
    ['lib/handlers/deps.ts', 'const nowMs = Date.now(); const table = process.env.TABLE;'],
  ])('accepts %s: %s', (path, text) => {
    expect(checkPurity([{ path, text }])).toEqual([]);
  });
});

describe('the check of sizes', () => {
  it.each([
    ['a function', functionOf(61), 'line 1: 61 lines in function long, at most 60'],
    ['an arrow', arrowOf(61), 'line 1: 61 lines in function long, at most 60'],
  ])('reports %s of 61 lines', (_kind, text, detail) => {
    const path = 'lib/domain/room.ts';
    expect(checkSizes([{ path, text }])).toEqual([{ path, rule: 'size', detail }]);
  });

  it('accepts a function of 60 lines', () => {
    expect(checkSizes([{ path: 'lib/domain/room.ts', text: functionOf(60) }])).toEqual([]);
  });

  it.each([
    ['lib/domain/room.ts', 400],
    ['test/domain/room.test.ts', 400],
    ['functions/sweep.ts', 10],
    ['lib/chatroom-stack.ts', 100],
  ])('accepts %s of %i lines and reports one more', (path, maxLines) => {
    expect(checkSizes([{ path, text: '// line\n'.repeat(maxLines) }])).toEqual([]);
    expect(checkSizes([{ path, text: '// line\n'.repeat(maxLines + 1) }])).toEqual([
      { path, rule: 'size', detail: `${maxLines + 1} lines in the file, at most ${maxLines}` },
    ]);
  });
});

describe('the check of names and layout', () => {
  it.each([
    ['lib/domain/utils.ts', 'names'],
    ['lib/helpers/room.ts', 'names'],
    ['lib/domain/common.ts', 'names'],
    ['lib/domain/roomRules.ts', 'names'],
    ['test/domain/Room.test.ts', 'names'],
    ['lib/index.ts', 'layout'],
  ])('reports %s', (path, rule) => {
    expect(checkNames([path])).toEqual([{ path, rule, detail: expect.any(String) }]);
  });

  it('accepts kebab-case names and the stack', () => {
    expect(checkNames(['lib/chatroom-stack.ts', 'test/domain/room-rules.test.ts', 'docs/ANY.md'])).toEqual([]);
  });

  it('reports what does not belong at the top and what is missing there', () => {
    expect(checkTop([...requiredAtTop, 'src']).map((finding) => finding.path)).toEqual(['src']);
    expect(checkTop(requiredAtTop.filter((entry) => entry !== 'lib')).map((finding) => finding.path)).toEqual(['lib']);
    expect(checkTop([...requiredAtTop, '.gitignore', 'tsconfig.json', 'vitest.config.ts', 'LICENSE'])).toEqual([]);
  });
});

it('a finding reads as file, rule and reason', () => {
  const finding: Finding = { path: 'lib/domain/room.ts', rule: 'packages', detail: 'may not use ws' };
  expect(describeFinding(finding)).toBe('lib/domain/room.ts [packages] may not use ws');
});

function filesUnder(folder: string): string[] {
  // That a required folder is missing is a finding of its own, and reads better than a failed listing.
  if (!existsSync(join(top, folder))) return [];
  return readdirSync(join(top, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(top, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

function lines(findings: readonly Finding[]): string[] {
  return findings.map(describeFinding);
}

function functionOf(lineCount: number): string {
  return `function long() {\n${'  step();\n'.repeat(lineCount - 2)}}\n`;
}

function arrowOf(lineCount: number): string {
  return `const long = () => {\n${'  step();\n'.repeat(lineCount - 2)}};\n`;
}
