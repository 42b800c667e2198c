import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { synthesize } from '../bin/chatroom.ts';
import { defaultSettings } from '../lib/domain/settings.ts';
import { documentSection, toTable } from './document-section.ts';

const RUNS = 5;
const project = join(import.meta.dirname, '..');

interface Resource {
  readonly Type: string;
  readonly Properties?: { readonly Handler?: string; readonly Environment?: { readonly Variables?: object } };
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

interface Bundle {
  readonly name: string;
  readonly file: string;
  /** Names of the variables that a deployment sets. */
  readonly variables: readonly string[];
}

/** The Lambdas of a template that were bundled here, each by the name of its construct. */
async function findBundles(folder: string): Promise<readonly Bundle[]> {
  const [template] = (await readdir(folder)).filter((name) => name.endsWith('.template.json'));
  if (template === undefined) throw new Error('unable to measure the bundles; no template was written');
  const { Resources } = JSON.parse(await readFile(join(folder, template), 'utf8')) as {
    Resources: Record<string, Resource>;
  };
  return Object.values(Resources).flatMap((resource): Bundle[] => {
    const asset = resource.Metadata?.['aws:asset:path'];
    if (resource.Type !== 'AWS::Lambda::Function' || typeof asset !== 'string') return [];
    const path = String(resource.Metadata?.['aws:cdk:path'] ?? '');
    const variables = Object.keys(resource.Properties?.Environment?.Variables ?? {});
    return [{ name: path.split('/').at(-3) ?? path, file: join(folder, asset, 'index.mjs'), variables }];
  });
}

const child = `
const begun = process.hrtime.bigint();
await import(process.argv[1]);
process.stdout.write(String(Number(process.hrtime.bigint() - begun) / 1e6));
process.exit(0);
`;

/** How long a new process takes to import the bundle; Node's own start is not in it. */
async function importMs(bundle: Bundle, settings: string): Promise<number> {
  const set = Object.fromEntries(
    bundle.variables.map((name) => [name, name === 'SETTINGS' ? settings : 'http://127.0.0.1:9']),
  );
  const lambda = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  const run = spawn(process.execPath, ['--input-type=module', '-e', child, pathToFileURL(bundle.file).href], {
    env: { ...lambda, ...set },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  run.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const code = await new Promise((resolve) => run.once('close', resolve));
  if (code !== 0 || text === '') throw new Error(`unable to import the bundle of ${bundle.name}; code ${code}`);
  return Number(text);
}

/** Round by round, so that a busy moment of the machine does not fall on one bundle alone. */
async function medianImportsMs(bundles: readonly Bundle[], settings: string): Promise<readonly number[]> {
  const rounds: number[][] = [];
  for (let round = 0; round < RUNS; round += 1) {
    const times: number[] = [];
    for (const bundle of bundles) times.push(await importMs(bundle, settings));
    rounds.push(times);
  }
  return bundles.map((_, index) => {
    const times = rounds.map((round) => round[index] ?? Number.NaN).sort((one, other) => one - other);
    return times[Math.floor(RUNS / 2)] ?? Number.NaN;
  });
}

async function main(): Promise<void> {
  await mkdir(join(project, '.doorman'), { recursive: true });
  const folder = await mkdtemp(join(project, '.doorman', 'bundles-'));
  try {
    synthesize(folder, {});
    const bundles = await findBundles(folder);
    const times = await medianImportsMs(bundles, JSON.stringify(defaultSettings));
    const rows = await Promise.all(
      bundles.map(async ({ name, file }, index) => {
        const { size } = await stat(file);
        return [name, (size / 1024).toFixed(0), (times[index] ?? Number.NaN).toFixed(0)];
      }),
    );
    const table = toTable(['Lambda', 'bundle KB', `init ms (median of ${RUNS})`], rows);
    console.log(table);
    await documentSection('data-model.md', 'bundles', table);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
