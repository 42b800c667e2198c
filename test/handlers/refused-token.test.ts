import { describe, expect, it } from 'vitest';
import { connectHandler } from '../../lib/handlers/connect.ts';
import type { DepsAt } from '../../lib/handlers/deps.ts';
import { disconnectHandler } from '../../lib/handlers/disconnect.ts';
import type { WebSocketEvent } from '../../lib/handlers/events.ts';
import { messageHandler } from '../../lib/handlers/message.ts';

/** Whatever asks for the store, the push or the settings fails: a refused token costs none of them. */
const noDeps: DepsAt = () => {
  throw new Error('unable to serve a refused token; it has no user');
};

const event = (more: Partial<WebSocketEvent> = {}): WebSocketEvent => ({
  requestContext: { connectionId: 'c1=', requestTimeEpoch: 5, authorizer: { refusedWith: '31020' } },
  ...more,
});

describe('a connection that was let through to learn why its token is refused', () => {
  it('opens with the refusing sub-protocol, and nothing is written', async () => {
    const headers = { 'Sec-WebSocket-Protocol': 'doorman.refused.31020' };
    expect(await connectHandler(noDeps)(event())).toEqual({ statusCode: 200, headers });
  });

  it.each(['{"action":"ping","id":"1"}', '{"action":"beat"}', 'hello', '{"action":"join","id":"1","room":"r"}'])(
    'gets no answer to %s, and nothing is read',
    async (body) => {
      expect(await messageHandler(noDeps)(event({ body }))).toEqual({ statusCode: 200 });
    },
  );

  it('closes without a trace', async () => {
    expect(await disconnectHandler(noDeps)(event())).toEqual({ statusCode: 200 });
  });
});
