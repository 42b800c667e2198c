import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cdkContext } from '../../bin/stage/cdk-context.ts';
import { type LocalStack, runTemplate } from '../../lib/local/run-template.ts';
import { top } from '../support/project-files.ts';
import { type InstalledConstruct, installConstruct } from './installed-construct.ts';

let installed: InstalledConstruct;

beforeAll(async () => {
  installed = await installConstruct();
});

afterAll(() => installed.remove());

// What the CDK's command line asks for beside the flags of cdk.json.
const metadata = { 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true };

const app = `
import { App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Chatroom } from 'doorman/cdk';

const app = new App({ analyticsReporting: false });
new Chatroom(new Stack(app, 'Chat'), 'Chat', { settings: { multipleRooms: true, keepData: false } });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
`;

interface Resource {
  readonly Type: string;
  readonly Metadata?: Readonly<Record<string, string>>;
}

describe('the package', () => {
  const files = () => readdirSync(installed.folder, { recursive: true }).map(String);

  it('has the construct, its types, the bundles, and no source', () => {
    const others = files().filter((path) => path.includes('.') && !/\.d\.c?ts$/.test(path));
    const lambdas = readdirSync(join(top, 'functions')).map(
      (file) => `cdk/lambdas/${file.replace('.ts', '')}/index.mjs`,
    );
    const expected = ['LICENSE', 'README.md', 'package.json', 'cdk/index.js', 'cdk/index.cjs', ...lambdas];
    expect(new Set(others)).toEqual(new Set(expected.filter((path) => path.includes('.'))));
    expect(files()).toContain('LICENSE');
  });

  it('names no folder of this machine, and has no dependency but the CDK of the app', () => {
    const texts = files().filter((path) => /\.(m?js|cjs|ts|json)$/.test(path));
    for (const path of texts) expect(readFileSync(join(installed.folder, path), 'utf8')).not.toContain(top);
    const manifest = JSON.parse(readFileSync(join(installed.folder, 'package.json'), 'utf8'));
    expect(Object.keys(manifest.peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
    expect(Object.keys(manifest).filter((field) => /^(dev)?dependencies$|scripts/i.test(field))).toEqual([]);
  });

  it('is installed by the name that its page gives it', () => {
    const page = readFileSync(join(installed.folder, 'README.md'), 'utf8');
    expect(page.match(/doorman-[\w.-]+?\.tgz/)?.[0]).toBe(basename(installed.tarball));
  });

  it('has nothing that publint complains of, and types that fit its files', async () => {
    const { messages } = await publint({ pkgDir: installed.folder, level: 'warning', strict: true, pack: false });
    expect(messages).toEqual([]);
    const analysis = await checkPackage(createPackageFromTarballData(readFileSync(installed.tarball)), {
      entrypoints: ['./cdk'],
    });
    // Tools of before 2020 do not read `exports`; they find the folder `cdk` by its name.
    const problems = 'problems' in analysis ? analysis.problems.map(({ kind }) => kind) : ['no types'];
    expect(problems.filter((kind) => kind !== 'NoResolution')).toEqual([]);
  });
});

describe('an empty CDK app with the package', () => {
  const outdir = () => join(installed.app, 'out');
  let template: { readonly Resources: Readonly<Record<string, Resource>> };

  beforeAll(async () => {
    const { status, output } = await installed.run('app.mjs', app, outdir(), { ...cdkContext(), ...metadata });
    expect([status, output]).toEqual([0, expect.not.stringContaining('AwsSolutions-')]);
    template = JSON.parse(readFileSync(join(outdir(), 'Chat.template.json'), 'utf8'));
  });

  it('synthesizes with the bundles of the package, without a finding of cdk-nag', () => {
    const lambdas = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
    expect(lambdas).toHaveLength(9);
    const bundles = readdirSync(join(installed.folder, 'cdk', 'lambdas')).map((name) =>
      readFileSync(join(installed.folder, 'cdk', 'lambdas', name, 'index.mjs'), 'utf8'),
    );
    for (const { Metadata: data } of lambdas) {
      const bundle = readFileSync(join(outdir(), String(data?.['aws:asset:path']), 'index.mjs'), 'utf8');
      expect(bundles.includes(bundle)).toBe(true);
    }
    expect(existsSync(join(installed.app, 'node_modules', 'esbuild'))).toBe(false);
  });

  it('is refused a misspelt setting in one sentence', async () => {
    const wrong = app.replace('multipleRooms', 'multipleRoomz');
    const { status, output } = await installed.run('wrong.mjs', wrong, join(installed.app, 'wrong'), metadata);
    expect(status).not.toBe(0);
    expect(output).toContain('unable to use setting multipleRoomz; the settings are ');
  });

  it('can require it', async () => {
    const source = "console.log(typeof require('doorman/cdk').Chatroom);";
    const { status, output } = await installed.run('app.cjs', source, join(installed.app, 'none'), {});
    expect([status, output.trim()]).toEqual([0, 'function']);
  });

  describe('runs under the local runner', () => {
    let stack: LocalStack;
    beforeAll(async () => {
      let count = 0;
      stack = await runTemplate({
        ...{ cloudAssembly: outdir(), port: 0, now: Date.now, testing: { schedules: 'manual' } },
        ...{ randomId: () => `id${count++}`, log: () => undefined, step: () => undefined },
      });
    });
    afterAll(() => stack.close());

    it('which answers a call that nobody has signed', async () => {
      const answer = await fetch(`${stack.httpApiUrl}/chatroom/get.json`, { method: 'POST' });
      expect([answer.status, await answer.json()]).toEqual([
        401,
        expect.objectContaining({ code: expect.any(Number) }),
      ]);
    });
  });
});

describe('the types', () => {
  it('accept what is right and refuse what is not', () => {
    const file = join(installed.app, 'typed.mts');
    const right = app.replace('keepData: false', 'offlineGraceMs: 5_000');
    ts.sys.writeFile(
      file,
      `${right}\n// @ts-expect-error: no setting\nconst wrong: ConstructorParameters<typeof Chatroom>[2] = { settings: { x: 1 } };\nexport default wrong;\n`,
    );
    const options = {
      ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, strict: true },
      ...{ noEmit: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, types: [] },
    };
    const faults = ts.getPreEmitDiagnostics(ts.createProgram([file], options));
    expect(faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))).toEqual([]);
  });
});
