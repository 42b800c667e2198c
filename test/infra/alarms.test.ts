import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ChatroomStack } from '../../lib/chatroom-stack.ts';
import { isPublishedByAws, type NamedMetric } from './aws-metrics.ts';
import { emittedLines, metricsOf } from './emitted-metrics.ts';
import { appWithoutBundles, one, refer, synthesizeTemplate } from './stack-template.ts';

const webhookUrl = 'https://app.example.com/events';
const stack = new ChatroomStack(appWithoutBundles(), 'Chatroom', { webhookUrl });
const { chatroom } = stack;
const template = Template.fromStack(stack);
const alarmType = 'AWS::CloudWatch::Alarm';

/** Below the deployment, as the operator's page names them. */
const paths = chatroom.alarms.map(({ node }) => node.path.replace(`${chatroom.node.path}/`, ''));

interface MetricProperties {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string }[];
}

interface AlarmProperties extends Partial<MetricProperties> {
  readonly AlarmActions?: unknown;
  readonly OKActions?: unknown;
  readonly AlarmDescription?: string;
  readonly Metrics?: readonly {
    readonly Expression?: string;
    readonly MetricStat?: { readonly Metric: MetricProperties };
  }[];
}

const alarmsIn = (of: Template): readonly AlarmProperties[] =>
  Object.values(of.findResources(alarmType)).map(({ Properties }) => Properties);

const named = ({ Namespace: namespace, MetricName: name, Dimensions = [] }: MetricProperties): NamedMetric => ({
  ...{ namespace, name },
  dimensions: Dimensions.map(({ Name }) => Name),
});

const metricsIn = (alarm: AlarmProperties): readonly NamedMetric[] =>
  alarm.Metrics === undefined
    ? [named(alarm as MetricProperties)]
    : alarm.Metrics.flatMap(({ MetricStat }) => (MetricStat === undefined ? [] : [named(MetricStat.Metric)]));

describe('the alarms', () => {
  it('are all known to the construct', () => {
    template.resourceCountIs(alarmType, chatroom.alarms.length);
    expect(paths).toEqual(expect.arrayContaining(['Message/Errors', 'Sockets/ServerErrors', 'Spend', 'Events/Late']));
  });

  it('notify a topic when they are raised and when they are over', () => {
    const topic = refer('AlarmsTopic');
    for (const { AlarmActions, OKActions } of alarmsIn(template))
      expect([AlarmActions, OKActions]).toEqual([[topic], [topic]]);
    template.resourceCountIs('AWS::SNS::Topic', 1);
  });

  it('may publish to the new topic, CloudWatch alone and with TLS alone', () => {
    const publish = Match.objectLike({
      Effect: 'Allow',
      Action: 'sns:Publish',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    });
    const deny = Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([deny, publish]) },
    });
  });

  it('notify a topic that exists', () => {
    const alarmTopicArn = 'arn:aws:sns:eu-west-1:123456789012:OnCall';
    const other = synthesizeTemplate({ alarmTopicArn });
    other.resourceCountIs('AWS::SNS::Topic', 0);
    for (const { AlarmActions } of alarmsIn(other)) expect(AlarmActions).toEqual([alarmTopicArn]);
    expect(other.findOutputs('AlarmTopicArn')).toMatchObject({ AlarmTopicArn: { Value: alarmTopicArn } });
  });

  it('each watch metrics that AWS publishes or the Lambdas write', async () => {
    const emitted = metricsOf(await emittedLines(chatroom.deployment));
    const unknown = alarmsIn(template)
      .flatMap(metricsIn)
      .filter(
        (metric) =>
          !isPublishedByAws(metric) && !emitted.has(`${metric.namespace} ${metric.name} ${metric.dimensions.join()}`),
      );
    expect(unknown).toEqual([]);
  });

  it('take at most ten metrics each, as CloudWatch does', () => {
    expect(alarmsIn(template).filter((alarm) => metricsIn(alarm).length > 10)).toEqual([]);
  });
});

describe('the table of docs/operations.md', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'operations.md'), 'utf8');
  const lambdas = [...new Set(paths.filter((path) => path.endsWith('/Slow')).map((path) => path.replace('/Slow', '')))];
  const rows = [...page.matchAll(/^\| `([A-Za-z<>]+(?:\/[A-Za-z]+)*)`[^|]*\|([^|]*)\|([^|]*)\|([^|]*)\|$/gm)].map(
    ([, name = '', urgency = '', meaning = '', action = '']) => ({ name, urgency, meaning, action }),
  );
  // Anyone can cause errors of the Lambda that refuses by one.
  const hasIt = (name: string) => (lambda: string) => !(name.endsWith('/Errors') && lambda === 'Authorize');
  const documented = rows.flatMap(({ name }) =>
    name.startsWith('<Lambda>')
      ? lambdas.filter(hasIt(name)).map((lambda) => name.replace('<Lambda>', lambda))
      : [name],
  );

  it('has a row for each alarm, and none for others', () => {
    expect(new Set(documented)).toEqual(new Set(paths));
    expect(documented).toHaveLength(paths.length);
  });

  it('says what each means and what to do', () => {
    for (const { meaning, action } of rows) expect([meaning.trim(), action.trim()]).not.toContain('');
  });

  it('says how urgent each is', () => {
    for (const { name, urgency } of rows) expect(urgency.trim(), name).toMatch(/^(now|today|this week)\b/);
  });

  it('has their number', () => {
    const ofWebhook = paths.filter((path) => /^(Webhook|Events)\//.test(path)).length;
    expect(page).toContain(`That makes ${paths.length - ofWebhook} alarms, or ${paths.length} with a webhook.`);
  });

  it('is as long as docs/scale.md prices it, by the metrics that the alarms read', () => {
    const costs = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'scale.md'), 'utf8');
    const metrics = alarmsIn(template).flatMap(metricsIn).length;
    expect(costs).toMatch(new RegExp(`or ${paths.length} with a webhook; they read \\d+, or ${metrics}, metrics`));
  });
});

describe('each alarm', () => {
  const fiveMinutes = { Period: 300, EvaluationPeriods: 1 };
  const properties = (name: string) => one(template, alarmType, name).Properties;

  it.each([
    ['MessageErrors', { MetricName: 'Errors', Statistic: 'Sum', Threshold: 3, ...fiveMinutes }],
    ['MessageThrottles', { MetricName: 'Throttles', Statistic: 'Sum', Threshold: 10, ...fiveMinutes }],
    ['MessageSlow', { MetricName: 'Duration', Statistic: 'Maximum', Threshold: 27_000, ...fiveMinutes }],
    ['DeliverSlow', { MetricName: 'Duration', Statistic: 'Maximum', Threshold: 298_000, ...fiveMinutes }],
    ['ServerHttpServerErrors', { MetricName: '5xx', Statistic: 'Sum', Threshold: 5, ...fiveMinutes }],
    ['ChangeStreamLate', { MetricName: 'IteratorAge', Statistic: 'Maximum', Threshold: 300_000, Period: 60 }],
    ['DeliveriesLate', { MetricName: 'IteratorAge', Statistic: 'Maximum', Threshold: 300_000, Period: 60 }],
    ['EventsLate', { MetricName: 'ApproximateAgeOfOldestMessage', Statistic: 'Maximum', Threshold: 300, Period: 60 }],
    ['PostsFailed', { MetricName: 'failedPosts', Statistic: 'Sum', Threshold: 100, ...fiveMinutes }],
    ['PostsFaults', { MetricName: 'faults', Statistic: 'Sum', Threshold: 25, Period: 300, EvaluationPeriods: 3 }],
  ])('%s is raised from its limit on, and not by silence', (name, expected) => {
    expect(properties(name)).toMatchObject({
      ...{ ...expected, ComparisonOperator: 'GreaterThanOrEqualToThreshold', TreatMissingData: 'notBreaching' },
    });
  });

  it.each([
    ['ChangeStreamLate', 'ChangesFunction'],
    ['DeliveriesLate', 'WatchFunction'],
    ['SweepErrors', 'SweepFunction'],
  ])('%s watches the Lambda %s', (name, lambda) => {
    expect(properties(name).Dimensions).toEqual([{ Name: 'FunctionName', Value: refer(lambda) }]);
  });

  it('of errors of the sockets and of throttling add up what is counted apart', () => {
    const expressionOf = (name: string) => alarmExpression(properties(name));
    expect(expressionOf('SocketsServerErrors')).toBe('FILL(integration, 0) + FILL(execution, 0)');
    expect(expressionOf('RoomsThrottled')).toBe('SUM([FILL(r, 0), FILL(w, 0), FILL(ri, 0), FILL(wi, 0)])');
  });
});

describe('the spend rate', () => {
  const spend = one(template, alarmType, 'Spend').Properties;

  it('is in $ an hour, by the prices of its parts', () => {
    const perHour = evaluate(alarmExpression(spend), {
      ...{ frames: 1_000_000, calls: 0, writes: 0, reads: 0, indexWrites: 0, indexReads: 0 },
      ...{ message: 0, deliver: 0 },
    });
    expect(perHour).toBeCloseTo(12, 6);
    // 1,769 MB for 1,000 s in five minutes: 1,727.5 GB-s at $0.0000133334.
    const computing = { message: 1_000_000, deliver: 0 };
    const none = { frames: 0, calls: 0, writes: 0, reads: 0, indexWrites: 0, indexReads: 0 };
    expect(evaluate(alarmExpression(spend), { ...none, ...computing })).toBeCloseTo(12 * 1_727.5 * 0.0000133334, 3);
    const storing = { writes: 1_000_000, reads: 1_000_000, indexWrites: 1_000_000, indexReads: 1_000_000 };
    expect(evaluate(alarmExpression(spend), { ...none, ...computing, message: 0, ...storing })).toBeCloseTo(18, 6);
  });

  it('is the setting, and 0 turns the alarm off', () => {
    expect(spend.Threshold).toBe(20);
    const limit = one(synthesizeTemplate({ spendAlarmUsdPerHour: 7 }), alarmType, 'Spend').Properties.Threshold;
    expect(limit).toBe(7);
    const off = synthesizeTemplate({ spendAlarmUsdPerHour: 0 });
    expect(Object.keys(off.findResources(alarmType)).filter((id) => id.startsWith('Spend'))).toEqual([]);
  });
});

const alarmExpression = (alarm: AlarmProperties): string =>
  alarm.Metrics?.flatMap(({ Expression }) => Expression ?? []).join() ?? '';

/** CloudWatch's SUM of terms with FILL, for these values. */
function evaluate(expression: string, values: Readonly<Record<string, number>>): number {
  const [, list = '', rest = ''] = /^SUM\(\[(.*)\]\)(.*)$/.exec(expression) ?? [];
  const sum = list.split(', FILL').reduce((total, term) => {
    const [, name = '', factor = ''] = /\(?([A-Za-z]+), 0\) \* ([\d.e-]+)$/.exec(term) ?? [];
    return total + (values[name] ?? Number.NaN) * Number(factor);
  }, 0);
  const [, times = '', divided = ''] = /^ \* (\d+) \/ (\d+)$/.exec(rest) ?? [];
  return (sum * Number(times)) / Number(divided);
}
