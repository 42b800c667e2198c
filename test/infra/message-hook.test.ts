import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { expect, it } from 'vitest';
import { Chatroom } from '../../lib/infra/chatroom.ts';
import { readSettings } from '../../lib/infra/settings.ts';
import { appWithoutBundles, refer, statements, synthesizeTemplate, variables } from './stack-template.ts';

const url = 'https://app.example.com/check?key=secret';
const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:Check:live';
const ofMessage = (template: Template) =>
  statements(template, 'Message').map(({ Action, Resource }) => JSON.stringify([Action, Resource]));
/** What Message may invoke. */
const invokedBy = (template: Template) =>
  statements(template, 'Message').flatMap(({ Action, Resource }) =>
    [Action].flat().includes('lambda:InvokeFunction') ? [Resource].flat() : [],
  );
const off = synthesizeTemplate({});

it('without a hook nothing of it is in the template', () => {
  expect(JSON.stringify(off.toJSON())).not.toContain('MESSAGE_HOOK');
  expect(variables(off, 'Message').SECRET_ARN).toBeUndefined();
});

it('a server: Message alone gets its address, and may read the secret that signs', () => {
  const template = synthesizeTemplate({ messageHook: url });
  expect(JSON.stringify(template.toJSON()).split(url)).toHaveLength(2);
  expect(variables(template, 'Message')).toMatchObject({ MESSAGE_HOOK: url, SECRET_ARN: refer('AppSecret') });
  const more = ofMessage(template).filter((statement) => !ofMessage(off).includes(statement));
  expect(more.map((statement) => JSON.parse(statement))).toEqual([
    ['secretsmanager:GetSecretValue', refer('AppSecret')],
  ]);
});

it('a Lambda: Message alone may invoke it, and it alone', () => {
  const template = synthesizeTemplate({ messageHook: arn });
  expect(JSON.stringify(template.toJSON()).split(arn)).toHaveLength(3);
  expect(variables(template, 'Message')).toMatchObject({ MESSAGE_HOOK: arn });
  expect(variables(template, 'Message').SECRET_ARN).toBeUndefined();
  expect(invokedBy(template)).toHaveLength(2);
  expect(invokedBy(template)).toEqual(expect.arrayContaining([arn, refer('DeliverFunction', 'Arn')]));
  expect(ofMessage(template)).toHaveLength(ofMessage(off).length);
});

it('a Lambda of the same app is passed to the construct, and comes before the setting', () => {
  const stack = new Stack(appWithoutBundles(), 'Stack');
  const code = Code.fromInline('exports.handler = async () => ({ decision: "accept" });');
  const messageHook = new Lambda(stack, 'Check', { runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code });
  new Chatroom(stack, 'Default', { messageHook, settings: { messageHook: url } });
  const template = Template.fromStack(stack);
  const { MESSAGE_HOOK: address, SECRET_ARN: secret } = variables(template, 'Message');
  expect(address).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Check/), 'Arn'] });
  expect(secret).toBeUndefined();
  expect(invokedBy(template)).toContainEqual(address);
});

it.each(['', url, 'http://127.0.0.1:8080/check', arn, arn.replace(':live', '')])('takes the hook %j', (messageHook) => {
  expect(readSettings({ messageHook }).messageHook).toBe(messageHook);
});

it.each([
  ['http://app.example.com/', 'it must start with https://, or with http:// and 127.0.0.1 or localhost'],
  ['Check', 'it must be an ASCII URL of at most 500 characters such as https://app.example.com/events'],
  [
    'arn:aws:lambda:eu-west-1:123456789012:function:*',
    'it must be a whole ARN such as arn:aws:lambda:eu-west-1:123456789012:function:CheckMessage',
  ],
])('refuses the hook %j', (messageHook, why) => {
  expect(() => readSettings({ messageHook })).toThrow(new Error(`unable to use setting messageHook; ${why}`));
});
