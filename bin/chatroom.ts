import { realpathSync } from 'node:fs';
import { App, type AppProps, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ChatroomStack } from '../lib/chatroom-stack.ts';
import { type DeploymentSettings, settingNames } from '../lib/domain/settings.ts';
import { readSettings } from '../lib/infra/settings.ts';

// The metadata that the CDK command line asks for: it connects each function with its bundle and its readable name.
const context = { 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true };

function buildApp(props: AppProps, chosen: Partial<DeploymentSettings>): App {
  const app = new App({
    ...props,
    context: { ...context, ...props.context },
    analyticsReporting: false,
    autoSynth: false,
  });
  const fromCommandLine = Object.fromEntries(settingNames.map((name) => [name, app.node.tryGetContext(name)]));
  new ChatroomStack(app, 'Chatroom', readSettings({ ...fromCommandLine, ...chosen }));
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

/** Writes the template and the bundles of a deployment with these settings to the folder `outdir`. */
export function synthesize(outdir: string, settings: Partial<DeploymentSettings>): void {
  buildApp({ outdir }, settings).synth();
}

const mainModule = process.argv[1];
if (mainModule !== undefined && realpathSync(mainModule) === import.meta.filename) {
  buildApp({}, {}).synth();
}
