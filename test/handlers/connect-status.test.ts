import { expect, it } from 'vitest';
import { connectHandler } from '../../lib/handlers/connect.ts';
import { Code } from '../../lib/protocol/codes.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { createMemoryStore } from '../simulation/memory-store.ts';
import { createWorld, type World } from '../support/world.ts';

const store = createMemoryStore();

/** Connects with an offer of every refusal. */
const connectOffering = ({ deps, clock }: World, { userId, connectionId }: Caller) =>
  connectHandler(() => deps)({
    headers: {
      'Sec-WebSocket-Protocol': ['doorman.v1', ...Object.values(Code).map((code) => `doorman.refused.${code}`)].join(),
    },
    requestContext: {
      ...{ connectionId, requestTimeEpoch: clock.nowMs },
      authorizer: { userId, issuedAtMs: `${clock.nowMs}`, expiresAtMs: '9000000000000' },
    },
  });

it('a connect over the limit has a status whatever the client offers: no socket opens, and none ends', async () => {
  const world = createWorld(store, { connectsPerMinute: 1 });
  const ann = `ann-of-${world.room}`;
  const opened = { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'doorman.v1' } };
  expect(await connectOffering(world, world.device(ann))).toEqual(opened);
  expect(await connectOffering(world, world.device(ann))).toEqual({ statusCode: 429 });
});

it('a connect whose socket has ended has a status too', async () => {
  const world = createWorld(store);
  const bob = world.device(`bob-of-${world.room}`);
  await world.drop(bob);
  expect(await connectOffering(world, bob)).toEqual({ statusCode: 410 });
});
