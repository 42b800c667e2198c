import { expect, it } from 'vitest';
import { describeStack } from '../../../lib/local/template/stack-description.ts';

const throttleOf = (stage: object) => {
  const Resources = {
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
    Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: { Ref: 'Api' }, ...stage } },
  };
  return describeStack({ Resources }, 'Throttled', '/assets').apis[0]?.throttle;
};

it('the throttle of an API is that of its stage', () => {
  const DefaultRouteSettings = { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 7 };
  expect(throttleOf({ DefaultRouteSettings })).toEqual({ ratePerSec: 50, burst: 7 });
  expect(throttleOf({})).toBeUndefined();
});
