import { Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { ChatroomStack } from '../../lib/chatroom-stack.ts';
import type { DeploymentSettings } from '../../lib/domain/settings.ts';
import { isPublishedByAws, type NamedMetric } from './aws-metrics.ts';
import { emittedLines, metricsOf } from './emitted-metrics.ts';
import { appWithoutBundles } from './stack-template.ts';

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly alarms?: readonly string[];
  };
}

/** The widgets, with each reference to a resource as its logical id in angle brackets. */
function widgetsOf(settings: Partial<DeploymentSettings>) {
  const stack = new ChatroomStack(appWithoutBundles(), 'Chatroom', settings);
  const { chatroom } = stack;
  const template = Stack.of(chatroom).resolve(
    (chatroom.dashboard.node.defaultChild as unknown as { readonly dashboardBody: string }).dashboardBody,
  ) as { 'Fn::Join': [string, (string | Record<string, string | string[]>)[]] };
  const parts = template['Fn::Join'][1].map((part) =>
    typeof part === 'string' ? part : `<${[Object.values(part)[0]].flat()[0]}>`,
  );
  const { widgets } = JSON.parse(parts.join('')) as { readonly widgets: readonly Widget[] };
  return { widgets, chatroom };
}

/** Of a row such as [namespace, name, dimension, value, …, options]; none for an expression. */
function metricOf(row: readonly unknown[]): NamedMetric | undefined {
  const [namespace, name, ...others] = row.filter((each) => typeof each === 'string');
  if (namespace === undefined || name === undefined) return undefined;
  return { namespace, name, dimensions: others.filter((_, at) => at % 2 === 0) };
}

const webhookUrl = 'https://app.example.com/events';
const { widgets, chatroom } = widgetsOf({ webhookUrl });
const metrics = widgets.flatMap(({ properties }) => properties.metrics ?? []).flatMap((row) => metricOf(row) ?? []);

describe('the dashboard', () => {
  it('shows every alarm', () => {
    expect(widgets[0]?.type).toBe('alarm');
    expect(widgets[0]?.properties.alarms).toHaveLength(chatroom.alarms.length);
  });

  it('has only metrics that AWS publishes or the Lambdas write', async () => {
    const emitted = metricsOf(await emittedLines(chatroom.deployment));
    expect(metrics.length).toBeGreaterThan(40);
    const unknown = metrics.filter(
      (metric) =>
        !isPublishedByAws(metric) && !emitted.has(`${metric.namespace} ${metric.name} ${metric.dimensions.join()}`),
    );
    expect(unknown).toEqual([]);
  });

  it.each([
    'joins',
    'evictions',
    'goneConnections',
    'messagesInFrames',
    'failedPosts',
    'lagMs',
    'MessageCount',
    'ThrottledRequests',
  ])('shows %s or what adds up to it', (name) => {
    const names = metrics.map((metric) => metric.name);
    expect(names).toContain(name === 'ThrottledRequests' ? 'WriteThrottleEvents' : name);
  });

  it('has a graph for the webhook where there is one', () => {
    const titles = (of: readonly Widget[]) => of.map(({ properties }) => properties.title);
    expect(titles(widgets)).toContain('Age of the oldest event for the webhook');
    expect(titles(widgetsOf({}).widgets)).not.toContain('Age of the oldest event for the webhook');
  });
});
