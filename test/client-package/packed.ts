import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { expect, it } from 'vitest';
import { top } from '../support/project-files.ts';
import type { InstalledClient } from './installed-client.ts';

/** What is in the tarball, and that tools find their way in it. */
export function describePackage(client: () => InstalledClient): void {
  const read = (path: string): string => readFileSync(join(client().folder, path), 'utf8');

  it('has no dependencies and runs no script', () => {
    const manifest = Object.keys(JSON.parse(read('package.json')));
    expect(manifest).toContain('exports');
    expect(manifest.filter((field) => /dependencies|scripts/i.test(field))).toEqual([]);
    expect(read('index.js')).not.toMatch(/^import\b/m);
    expect(read('index.cjs')).not.toMatch(/\brequire\(/);
  });

  it('has only what an app needs', () => {
    const files = ['LICENSE', 'README.md', 'index.cjs', 'index.cjs.map', 'index.js', 'index.js.map', 'package.json'];
    expect(readdirSync(client().folder).sort()).toEqual([...files, 'types']);
    const others = readdirSync(join(client().folder, 'types'), { recursive: true }).map(String);
    expect(others.filter((path) => path.includes('.') && !/\.d\.c?ts$/.test(path))).toEqual([]);
  });

  it('has source maps that carry the sources and name no folder of this machine', () => {
    for (const file of ['index.js', 'index.cjs']) {
      expect(read(file)).toContain(`//# sourceMappingURL=${file}.map`);
      const { sources, sourcesContent } = JSON.parse(read(`${file}.map`));
      expect(sources).toContain('../../lib/client/engine/engine.ts');
      expect(sources.filter((path: string) => !path.startsWith('../../lib/'))).toEqual([]);
      expect(sourcesContent).toHaveLength(sources.length);
      expect(read(`${file}.map`)).not.toContain(top);
    }
  });

  it('has the version and license of the project', () => {
    const { version, license } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8'));
    expect(JSON.parse(read('package.json'))).toMatchObject({
      name: 'doorman-client',
      version,
      license,
      sideEffects: false,
    });
    expect(read('LICENSE')).toBe(readFileSync(join(top, 'LICENSE'), 'utf8'));
  });

  it('is installed by the name that the documents give it', () => {
    const tarball = basename(client().tarball);
    const documents = ['README.md', 'docs/client.md', 'bin/client-package/README.md'];
    const texts = documents.map((path) => readFileSync(join(top, path), 'utf8'));
    expect(texts.map((text) => text.match(/doorman-client-[\w.-]+?\.tgz/)?.[0])).toEqual(texts.map(() => tarball));
  });

  it('has nothing that publint complains of', async () => {
    const { messages } = await publint({ pkgDir: client().folder, level: 'suggestion', strict: true, pack: false });
    expect(messages).toEqual([]);
  });

  it('has types that fit its files, for every way to import it', async () => {
    const analysis = await checkPackage(createPackageFromTarballData(readFileSync(client().tarball)));
    expect(analysis).toMatchObject({ types: { kind: 'included' }, problems: [] });
  });
}
