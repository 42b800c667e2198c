import { describe, expect, it } from 'vitest';
import { logContext, logged } from '../../lib/handlers/log-context.ts';

/** What a line of a run with this event says about it. */
const contextOf = (event: unknown) =>
  logged(async (_event: unknown, _context: object) => logContext())(event, {
    ...{ awsRequestId: 'q1', functionName: 'Message' },
  });
const run = { requestId: 'q1', function: 'Message' };
const requestContext = { connectionId: 'c1=', authorizer: { userId: 'u' } };

describe('a line of the log', () => {
  it.each([
    [
      { requestContext, body: '{"action":"send","room":"room1","content":"secret"}' },
      { connection: 'c1=', room: 'room1' },
    ],
    [{ requestContext, body: '{"room":"no room\\n"}' }, { connection: 'c1=' }],
    [{ requestContext, body: '{"room":7}' }, { connection: 'c1=' }],
    [{ requestContext, body: 'not JSON, room1' }, { connection: 'c1=' }],
    [{ requestContext, body: 'null' }, { connection: 'c1=' }],
    [{ kind: 'deliver', room: 'room2', epoch: 'e' }, { room: 'room2' }],
    [{ Records: [] }, {}],
    [null, {}],
  ])('of a run with %j says the request and the Lambda, and %j', async (event, expected) => {
    expect(await contextOf(event)).toEqual({ ...run, ...expected });
  });

  it('says nothing outside of a run', () => {
    expect(logContext()).toEqual({});
  });

  it('says what its own run is, whatever runs beside it', async () => {
    let start = () => {};
    const started = new Promise<void>((resolve) => {
      start = resolve;
    });
    const handle = logged(async (_event: { room: string }, _context: object) => {
      await started;
      return logContext().room;
    });
    const both = Promise.all([handle({ room: 'one' }, {}), handle({ room: 'two' }, {})]);
    start();
    expect(await both).toEqual(['one', 'two']);
  });
});
