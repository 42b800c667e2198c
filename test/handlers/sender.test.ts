import { expect, it } from 'vitest';
import { authorizeHandler } from '../../lib/handlers/authorize.ts';
import { callerOf } from '../../lib/handlers/events.ts';
import { issueToken } from '../../lib/handlers/token.ts';
import type { Sender } from '../../lib/protocol/message.ts';
import { inForce } from '../server-api/api-caller.ts';

const secret = 'a-secret-for-tests-0123456789abcd';
const nowMs = 1_800_000_000_000;
const handler = authorizeHandler({ secretsAt: () => inForce([secret]), appKey: 'app', allowedOrigins: [] });

/** What the authorizer adds to the events of a connection with a token for this sender. */
async function contextOf(sender: Sender | undefined) {
  const token = await issueToken('ann', 'app', secret, nowMs, 60, sender);
  const { context } = await handler({
    methodArn: 'arn:aws:execute-api:r:1:a/prod/$connect',
    requestContext: { connectionId: 'c1=', requestTimeEpoch: nowMs },
    queryStringParameters: { token },
  });
  return context ?? {};
}

const callerWith = (authorizer: Readonly<Record<string, string>>) =>
  callerOf({ requestContext: { connectionId: 'c1=', requestTimeEpoch: nowMs, authorizer } });

it.each([
  { name: 'Ann "B" 张 😀', portrait: 'https://a.example/ann.png?a=1&b=%20' },
  { name: 'Ann' },
  { portrait: 'p' },
])('each event of a connection has what its token says of the user: %j', async (sender) => {
  const context = await contextOf(sender);
  expect(context.sender).toMatch(/^[\x21-\x7e]+$/);
  expect(callerWith(context)).toEqual({ userId: 'ann', connectionId: 'c1=', sender });
});

it('a token that says nothing of the user adds nothing', async () => {
  const context = await contextOf(undefined);
  expect(context).not.toHaveProperty('sender');
  expect(callerWith(context)).toEqual({ userId: 'ann', connectionId: 'c1=' });
});

it('a token that says too much of the user adds what is short enough', async () => {
  const context = await contextOf({ name: 'n'.repeat(65), portrait: 'p'.repeat(512) });
  expect(callerWith(context)?.sender).toEqual({ portrait: 'p'.repeat(512) });
});

it.each(['%', '{', '%7B', '1', 'null', ''])('a caller without a readable sender is served: %j', (sender) => {
  expect(callerWith({ userId: 'ann', sender })).toEqual({ userId: 'ann', connectionId: 'c1=' });
});
