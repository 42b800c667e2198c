import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { App, type AppProps, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ChatroomStack } from '../lib/chatroom-stack.ts';
import type { DeploymentSettings } from '../lib/domain/settings.ts';
import { cdkContext } from './stage/cdk-context.ts';
import { settingsOfContext } from './stage/command-line.ts';
import { DEFAULT_STAGE, readStage, type Stage } from './stage/stage.ts';

// The metadata that the CDK command line asks for: it connects each function with its bundle and its readable name.
const metadata = { 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true };

const createApp = (props: AppProps): App =>
  new App({ ...props, context: { ...cdkContext(), ...metadata }, analyticsReporting: false, autoSynth: false });

function addStack(app: App, { settings, ...props }: Partial<Stage>): App {
  new ChatroomStack(app, 'Chatroom', { ...settings }, props);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

/** Writes the template and the bundles of a deployment with these settings to the folder `outdir`. */
export function synthesize(outdir: string, settings: Partial<DeploymentSettings>): void {
  addStack(createApp({ outdir }), { settings }).synth();
}

/** What the command line chooses: a stage by `-c stage=name`, and settings that overrule those of its file. */
function synthesizeStage(folder: string): void {
  const app = createApp({});
  const chosen = settingsOfContext(app.node.getAllContext());
  const stage = readStage(folder, String(app.node.tryGetContext('stage') ?? DEFAULT_STAGE));
  addStack(app, { ...stage, settings: { ...stage.settings, ...chosen } }).synth();
}

const mainModule = process.argv[1];
if (mainModule !== undefined && realpathSync(mainModule) === import.meta.filename) {
  try {
    synthesizeStage(join(import.meta.dirname, '..', 'settings'));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
