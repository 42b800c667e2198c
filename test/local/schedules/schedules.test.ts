import { describe, expect, it } from 'vitest';
import { startSchedules } from '../../../lib/local/schedules/schedules.ts';
import { describeStack } from '../../../lib/local/template/stack-description.ts';
import { smallTemplate } from '../small-stack.ts';

const stack = describeStack(smallTemplate, 'Small', '/assets');

describe('the schedules', () => {
  it('invoke the function with the event of EventBridge, or with the input of the target', async () => {
    const events: unknown[] = [];
    const [rule] = stack.schedules;
    if (rule === undefined) throw new Error('unable to test schedules; the template has none');
    const schedules = startSchedules({
      schedules: [rule, { ...rule, name: 'Second', logicalId: 'Second', input: '{"own":1}' }],
      invoke: async (functionId, event) => {
        events.push([functionId, event]);
        return { ok: true, payload: null };
      },
      now: () => 0,
      randomId: () => 'event-1',
      mode: 'manual',
      log: () => {},
    });
    await schedules.fireAll(60_000);
    const time = '1970-01-01T00:01:00Z';
    const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', time, resources: [rule.arn] };
    expect(events).toEqual([
      ['Worker', expect.objectContaining(event)],
      ['Worker', { own: 1 }],
    ]);
  });
});
