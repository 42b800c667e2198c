import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packCdk } from '../../bin/cdk-package/build-cdk.ts';
import { top } from '../support/project-files.ts';

/** An empty CDK app outside the project, with the packed construct and the CDK. */
export interface InstalledConstruct {
  readonly tarball: string;
  /** Where npm installed the package. */
  readonly folder: string;
  /** The folder of the app. */
  readonly app: string;
  /** Runs a file of the app as the CDK's command line does; the templates go to `outdir`. */
  run(
    file: string,
    source: string,
    outdir: string,
    context: object,
  ): Promise<{ readonly status: number; readonly output: string }>;
  remove(): Promise<void>;
}

/** Packs the construct and installs the tarball without a registry: the CDK is the app's own. */
export async function installConstruct(): Promise<InstalledConstruct> {
  const app = await mkdtemp(join(tmpdir(), 'doorman-cdk-'));
  const tarball = await packCdk(app);
  await writeFile(join(app, 'package.json'), '{ "private": true }');
  const install = ['install', '--offline', '--ignore-scripts', '--legacy-peer-deps', tarball];
  await promisify(execFile)('npm', install, { cwd: app });
  await rm(join(app, 'doorman'), { recursive: true });
  for (const name of ['aws-cdk-lib', 'constructs', 'cdk-nag']) {
    await symlink(join(top, 'node_modules', name), join(app, 'node_modules', name), 'junction');
  }
  return {
    tarball,
    app,
    folder: join(app, 'node_modules', 'doorman'),
    run: async (file, source, outdir, context) => {
      await writeFile(join(app, file), source);
      return runApp(app, file, { CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) });
    },
    remove: () => rm(app, { recursive: true, force: true }),
  };
}

/** Nothing of this process but the address of Node: no path on which a bundler or another program could be. */
async function runApp(cwd: string, file: string, env: Readonly<Record<string, string>>) {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { cwd, env: { ...env, PATH: '' } });
    return { status: 0, output: `${stdout}${stderr}` };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, output: `${stdout}${stderr}` };
  }
}
