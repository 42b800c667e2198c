import { type App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { Chatroom } from '../../lib/infra/chatroom.ts';
import type { ChatroomProps } from '../../lib/infra/chatroom-props.ts';
import { appWithoutBundles, statements } from './stack-template.ts';

/** A stack with one deployment of these props. */
function deploy(props: (stack: Stack) => ChatroomProps, app: App = appWithoutBundles(), id = 'Stack') {
  const stack = new Stack(app, id);
  const chat = new Chatroom(stack, 'Chat', props(stack));
  return { stack, chat, template: () => Template.fromStack(stack) };
}

const arn = (service: string, name: string) => `arn:aws:${service}:eu-west-1:123456789012:${name}`;

describe('the construct', () => {
  it('needs no props, and shows its parts', () => {
    const { chat, template } = deploy(() => ({}));
    expect(Object.keys(chat.functions)).toHaveLength(9);
    expect(chat.alarms.length).toBeGreaterThan(30);
    expect([chat.webSocketApi.node.id, chat.serverApi.node.id]).toEqual(['Api', 'Api']);
    expect(chat.table.node.path).toBe('Stack/Chat/Rooms/Table');
    expect(Object.keys(template().findOutputs('*')).filter((id) => id.startsWith('ChatWebSocketUrl'))).toHaveLength(1);
  });

  it.each([
    [{ multipleRoomz: true }, 'unable to use setting multipleRoomz; the settings are '],
    [{ sendsPerSecond: 0 }, 'unable to use setting sendsPerSecond; it must be a whole number'],
    [{ logRetentionDays: 31 }, 'unable to use setting logRetentionDays; CloudWatch offers 1, 3, 5, '],
  ])('refuses %j', (settings: object, sentence) => {
    expect(() => deploy(() => ({ settings }))).toThrow(sentence);
  });

  it('takes settings for logs, concurrency and data', () => {
    const settings = { logRetentionDays: 90, messageConcurrency: 30, keepData: false };
    const template = deploy(() => ({ settings })).template();
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
    template.hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 30 });
    template.hasResource('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Delete' });
  });
});

describe('parts that exist', () => {
  const tableArn = arn('dynamodb', 'table/Rooms');
  const { chat, template } = deploy((stack) => ({
    alarmTopic: Topic.fromTopicArn(stack, 'OnCall', arn('sns', 'OnCall')),
    table: TableV2.fromTableAttributes(stack, 'Rooms', { tableArn, tableStreamArn: `${tableArn}/stream/2026` }),
    secret: Secret.fromSecretCompleteArn(stack, 'App', arn('secretsmanager', 'secret:App-AbCdEf')),
  }));

  it('are used, and none is made', () => {
    for (const type of ['AWS::SNS::Topic', 'AWS::DynamoDB::GlobalTable', 'AWS::SecretsManager::Secret']) {
      template().resourceCountIs(type, 0);
    }
    template().allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [arn('sns', 'OnCall')] });
    template().hasResourceProperties('AWS::Lambda::EventSourceMapping', { EventSourceArn: `${tableArn}/stream/2026` });
    expect(chat.secret.secretArn).toBe(arn('secretsmanager', 'secret:App-AbCdEf'));
  });

  it('must have a stream, if it is a table', () => {
    expect(() => deploy((stack) => ({ table: TableV2.fromTableArn(stack, 'Rooms', tableArn) }))).toThrow(
      'unable to use the table; it has no stream',
    );
  });
});

describe('domain names', () => {
  const { stack, chat, template } = deploy((stack) => {
    const certificate = Certificate.fromCertificateArn(stack, 'Certificate', arn('acm', 'certificate/1'));
    return {
      socketDomain: { domainName: 'chat.example.com', certificate },
      serverApiDomain: { domainName: 'chat-api.example.com', certificate },
    };
  });

  it('serve the stages of the APIs, and are their addresses', () => {
    const domains = Object.values(template().findResources('AWS::ApiGatewayV2::DomainName'));
    expect(domains.map(({ Properties }) => Properties.DomainName)).toEqual([
      'chat.example.com',
      'chat-api.example.com',
    ]);
    for (const { Properties } of domains) {
      const [{ CertificateArn }] = Properties.DomainNameConfigurations;
      expect(CertificateArn).toBe(arn('acm', 'certificate/1'));
    }
    const mapped = Object.values(template().findResources('AWS::ApiGatewayV2::ApiMapping')).map(
      ({ Properties }) => Properties.ApiId.Ref,
    );
    expect(mapped).toEqual([expect.stringMatching(/^ChatSocketsApi/), expect.stringMatching(/^ChatServerHttpApi/)]);
    expect([chat.webSocketUrl, chat.serverApiUrl]).toEqual(['wss://chat.example.com', 'https://chat-api.example.com']);
  });

  it('are those to which DNS records can point', () => {
    const outputs = template().findOutputs('*', { Value: { 'Fn::GetAtt': Match.arrayWith(['RegionalDomainName']) } });
    const targets = [chat.socketDomain, chat.serverApiDomain].map((domain) =>
      stack.resolve(domain?.regionalDomainName),
    );
    expect(Object.keys(outputs)).toEqual(
      ['ChatSocketDomainTarget', 'ChatServerApiDomainTarget'].map((name) => expect.stringMatching(`^${name}`)),
    );
    expect(Object.values(outputs).map(({ Value }) => Value)).toEqual(targets);
  });
});

describe('grants', () => {
  it('let others read the secret and the table, and nothing else', () => {
    const { stack, chat, template } = deploy(() => ({}));
    const role = new Role(stack, 'ServerRole', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
    chat.grantReadSecret(role);
    chat.grantReadTable(role);
    const actions = statements(template(), 'Server').flatMap(({ Action }) => Action);
    expect(actions).toContain('secretsmanager:GetSecretValue');
    expect(actions).toContain('dynamodb:Query');
    expect(actions.filter((action) => /Put|Update|Delete|Write/.test(action))).toEqual([]);
  });
});

describe('several deployments', () => {
  const app = appWithoutBundles();
  const one = deploy(() => ({ settings: { appKey: 'one' } }), app, 'One');
  const two = deploy(() => ({ settings: { appKey: 'two', manageApiLogging: false } }), app, 'Two');
  const third = new Chatroom(two.stack, 'Third', { settings: { manageApiLogging: false }, deployment: 'third' });

  const deploymentsIn = (template: Template): ReadonlySet<string> =>
    new Set(
      Object.values(template.findResources('AWS::Lambda::Function')).map(
        ({ Properties }) => Properties.Environment.Variables.DEPLOYMENT,
      ),
    );

  it('in one app have stacks, tables and metrics of their own', () => {
    expect([one.chat.deployment, two.chat.deployment, third.deployment]).toEqual(['One-Chat', 'Two-Chat', 'third']);
    expect(deploymentsIn(one.template())).toEqual(new Set(['One-Chat']));
    expect(deploymentsIn(two.template())).toEqual(new Set(['Two-Chat', 'third']));
    one.template().resourceCountIs('AWS::DynamoDB::GlobalTable', 1);
  });

  it('in one stack have all parts apart', () => {
    const template = two.template();
    template.resourceCountIs('AWS::DynamoDB::GlobalTable', 2);
    template.resourceCountIs('AWS::ApiGatewayV2::Api', 4);
    template.resourceCountIs('AWS::CloudWatch::Alarm', two.chat.alarms.length + third.alarms.length);
    template.resourceCountIs('AWS::ApiGateway::Account', 0);
  });

  it('name nothing themselves, so that no name is taken', () => {
    const named = Object.values(two.template().toJSON().Resources as Record<string, { Properties?: object }>).filter(
      ({ Properties }) =>
        Properties !== undefined && /"(TableName|FunctionName|QueueName|TopicName)":"/.test(JSON.stringify(Properties)),
    );
    expect(named).toEqual([]);
  });
});
