import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { synthesize } from '../../bin/chatroom.ts';
import { cdkContext } from '../../bin/stage/cdk-context.ts';
import { ChatroomStack } from '../../lib/chatroom-stack.ts';
import { type DeploymentSettings, settingDefinitions } from '../../lib/domain/settings.ts';

type Lambda = {
  readonly Type: string;
  readonly Properties: { readonly Environment: { readonly Variables: { readonly SETTINGS: string } } };
  readonly Metadata: { readonly 'aws:cdk:path': string; readonly 'aws:asset:path': string };
};

/** Whether the checks let the synthesis pass; the framework reports a finding by the exit code of the process. */
function passes(run: () => void): boolean {
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    run();
    return process.exitCode === 0;
  } catch {
    return false;
  } finally {
    process.exitCode = before;
  }
}

describe('the app', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'chatroom-synth-'));
  let passed = false;
  let lambdas: Lambda[] = [];

  beforeAll(() => {
    passed = passes(() => synthesize(outdir, { offlineGraceMs: 1_234, webhookUrl: 'https://app.example.com/events' }));
    const template = JSON.parse(readFileSync(join(outdir, 'Chatroom.template.json'), 'utf8'));
    const resources: Lambda[] = Object.values(template.Resources);
    lambdas = resources.filter((resource) => resource.Type === 'AWS::Lambda::Function');
  });

  afterAll(() => rmSync(outdir, { recursive: true, force: true }));

  it('has no finding of cdk-nag', () => {
    expect(passed).toBe(true);
  });

  const webhookUrl = 'https://app.example.com/events';
  const env = { account: '123456789012', region: 'eu-west-1' };
  const adopted = {
    tableStreamArn: 'arn:aws:dynamodb:eu-west-1:123456789012:table/Rooms/stream/2026-01-01T00:00:00.000',
    secretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:App-AbCdEf',
    alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:OnCall',
  };
  it.each<[Partial<DeploymentSettings>, StackProps]>([
    [{}, {}],
    [{ webhookUrl, keepData: false, tracing: true, gradualDeployment: true }, { env }],
    [{ gradualDeployment: true, tracing: true }, {}],
    [{ ...adopted, spendAlarmUsdPerHour: 0 }, {}],
  ])('has no finding with %j in %j either', (settings, props) => {
    const other = mkdtempSync(join(tmpdir(), 'chatroom-other-'));
    // cdk-nag does not check bundles, so none are made.
    const app = new App({
      outdir: other,
      context: { ...cdkContext(), 'aws:cdk:bundling-stacks': [] },
      analyticsReporting: false,
    });
    new ChatroomStack(app, 'Chatroom', settings, props);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(passes(() => app.synth())).toBe(true);
    rmSync(other, { recursive: true, force: true });
  });

  it('is stopped by a finding of cdk-nag', () => {
    const faulty = mkdtempSync(join(tmpdir(), 'chatroom-faulty-'));
    const app = new App({ outdir: faulty, analyticsReporting: false });
    new Bucket(new Stack(app, 'Faulty'), 'Open');
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(passes(() => app.synth())).toBe(false);
    rmSync(faulty, { recursive: true, force: true });
  });

  it('writes the bundle of each Lambda, and where it is', () => {
    expect(lambdas).toHaveLength(10);
    for (const { Metadata: metadata } of lambdas) {
      expect(metadata['aws:cdk:path']).toMatch(/^Chatroom\//);
      const folder = join(outdir, metadata['aws:asset:path']);
      expect(existsSync(join(folder, 'index.mjs'))).toBe(true);
      expect(existsSync(join(folder, 'index.mjs.map'))).toBe(false);
    }
  });

  it('puts no sentence about a setting into a bundle', () => {
    for (const { Metadata: metadata } of lambdas) {
      const bundle = readFileSync(join(outdir, metadata['aws:asset:path'], 'index.mjs'), 'utf8');
      expect(bundle.includes(settingDefinitions.offlineGraceMs.meaning)).toBe(false);
    }
  });

  it('passes the chosen settings to every Lambda', () => {
    for (const { Properties: properties } of lambdas) {
      expect(JSON.parse(properties.Environment.Variables.SETTINGS)).toMatchObject({ offlineGraceMs: 1_234 });
    }
  });

  it('refuses a wrong setting with a sentence', () => {
    expect(() => synthesize(outdir, { sendsPerSecond: 0 })).toThrow(/^unable to use setting sendsPerSecond; /);
  });
});
