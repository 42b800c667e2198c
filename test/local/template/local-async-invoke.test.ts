import { describe, expect, it } from 'vitest';
import { describeStack } from '../../../lib/local/template/stack-description.ts';
import { asyncTemplate } from '../invocations/async-stack.ts';

const describeWith = (properties: object) => {
  const template = structuredClone(asyncTemplate);
  Object.assign(template.Resources.CourierInvoke.Properties, properties);
  return describeStack(template, 'Events', '/assets').asyncInvokes;
};
const onFailure = (Destination: unknown) => ({ DestinationConfig: { OnFailure: { Destination } } });

describe('the description of asynchronous invocations', () => {
  it('has the defaults of AWS', () => {
    expect(describeWith({})).toEqual([
      {
        functionId: 'Courier',
        maxRetries: 2,
        maxEventAgeMs: 21_600_000,
        onFailureArn: 'arn:aws:sqs:us-east-1:000000000000:LostEvents',
      },
    ]);
  });

  it('has the values of the template', () => {
    const own = { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 90, DestinationConfig: {} };
    const expected = { functionId: 'Courier', maxRetries: 0, maxEventAgeMs: 90_000, onFailureArn: undefined };
    expect(describeWith(own)).toEqual([expected]);
  });

  it.each([
    [{ FunctionName: 'Nobody' }, 'the template has no function Nobody'],
    [{ Qualifier: '7' }, 'the function has no version 7'],
    [{ DestinationConfig: { OnSuccess: { Destination: 'x' } } }, 'the local stack does not support OnSuccess'],
    [onFailure('arn:x'), 'the template has no standard queue arn:x'],
    [onFailure({ 'Fn::GetAtt': ['Orders', 'Arn'] }), 'the template has no standard queue arn:.*:the-orders.fifo'],
  ])('refuses %j', (properties, why) => {
    const message = new RegExp(`^unable to run the asynchronous invocations of CourierInvoke; ${why}$`);
    expect(() => describeWith(properties)).toThrow(message);
  });
});
