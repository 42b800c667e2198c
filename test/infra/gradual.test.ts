import { Match } from 'aws-cdk-lib/assertions';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ownName } from '../../lib/handlers/deps-environment.ts';
import { names, one, refer, statements, synthesizeTemplate, variables } from './stack-template.ts';

const webhookUrl = 'https://app.example.com/events';
const template = synthesizeTemplate({ webhookUrl, gradualDeployment: true });
const lambdas = names(template, 'AWS::Lambda::Function').map((name) => name.replace(/Function$/, ''));

afterEach(() => vi.unstubAllEnvs());

describe('a gradual deployment', () => {
  it.each(lambdas)('moves %s by its alias, and back when its alarm is raised', (name) => {
    const { Properties } = one(template, 'AWS::Lambda::Alias', `${name}Live`);
    expect(Properties.Name).toBe('live');
    // Anyone can cause errors of Authorize: it refuses by one.
    const errors = refer(name === 'Authorize' ? 'SocketsServerErrors' : `${name}Errors`);
    expect(one(template, 'AWS::CodeDeploy::DeploymentGroup', `Gradual${name}`).Properties).toMatchObject({
      AlarmConfiguration: { Enabled: true, Alarms: [{ Name: errors }] },
      AutoRollbackConfiguration: { Enabled: true, Events: expect.arrayContaining(['DEPLOYMENT_STOP_ON_ALARM']) },
      DeploymentConfigName: expect.stringContaining('Canary10Percent5Minutes'),
    });
    template.hasResource('AWS::Lambda::Alias', {
      Properties: { FunctionName: { Ref: Match.stringLikeRegexp(`^${name}Function`) } },
      UpdatePolicy: { CodeDeployLambdaAliasUpdate: Match.anyValue() },
    });
  });

  it('keeps the versions, so that there is one to return to', () => {
    const versions = Object.values(template.findResources('AWS::Lambda::Version'));
    expect(versions.map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(lambdas.map(() => 'Retain'));
  });

  it('has everything that starts a Lambda start the alias', () => {
    const text = JSON.stringify(
      [
        'AWS::ApiGatewayV2::Integration',
        'AWS::Lambda::EventSourceMapping',
        'AWS::Events::Rule',
        'AWS::ApiGatewayV2::Authorizer',
      ].map((type) => template.findResources(type)),
    );
    expect(text).toMatch(/MessageLive/);
    expect(text).not.toMatch(/"[A-Za-z]+Function[0-9A-F]{8}"/);
    expect(statements(template, 'Watch').filter(({ Action }) => Action === 'lambda:InvokeFunction')).toEqual([
      { Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: refer('DeliverLive') },
    ]);
    expect(variables(template, 'Deliver')).toMatchObject({ LIVE_ALIAS: 'live' });
  });

  it('is not there unless chosen', () => {
    const atOnce = synthesizeTemplate();
    for (const type of ['AWS::Lambda::Alias', 'AWS::Lambda::Version', 'AWS::CodeDeploy::DeploymentGroup']) {
      atOnce.resourceCountIs(type, 0);
    }
    expect(Object.keys(variables(atOnce, 'Deliver'))).not.toContain('LIVE_ALIAS');
  });
});

describe('the name by which a Lambda starts itself', () => {
  it.each([
    [undefined, 'Deliver'],
    ['live', 'Deliver:live'],
  ])('with the alias %s is %s', (alias, name) => {
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'Deliver');
    vi.stubEnv('LIVE_ALIAS', alias);
    expect(ownName()).toBe(name);
  });
});

describe('tracing', () => {
  it('traces each Lambda if chosen, which each role then may', () => {
    const traced = synthesizeTemplate({ tracing: true });
    traced.allResourcesProperties('AWS::Lambda::Function', { TracingConfig: { Mode: 'Active' } });
    expect(statements(traced, 'Message').flatMap(({ Action }) => Action)).toContain('xray:PutTraceSegments');
  });
});
