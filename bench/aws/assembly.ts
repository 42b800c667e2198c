import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { FactsStack } from './facts-stack.ts';

const context = { 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true };

/** Writes the template and the bundles of the stack to the folder; cdk-nag checks it as it checks the product's stack. */
export function synthesizeFacts(outdir: string, stackName: string, tokenSha256: string): void {
  const app = new App({ outdir, context, analyticsReporting: false, autoSynth: false });
  new FactsStack(app, stackName, tokenSha256);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
}
