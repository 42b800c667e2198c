import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { metricsTo } from '../../lib/handlers/metrics.ts';
import { names, one, refer, synthesizeTemplate, variables } from './stack-template.ts';

const template = synthesizeTemplate();

describe('the schedule', () => {
  it('sweeps every minute by two rules, so that a lost run changes nothing, and keeps a run that could not start', () => {
    expect(names(template, 'AWS::Events::Rule')).toEqual(['SweepScheduleEveryMinute', 'SweepScheduleEveryMinuteAgain']);
    template.allResourcesProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Targets: [
        Match.objectLike({
          Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^SweepFunction'), 'Arn'] },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^SweepScheduleLostRuns'), 'Arn'] } },
          RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 2 },
        }),
      ],
    });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('^SweepFunction') },
      MaximumEventAgeInSeconds: 60,
      MaximumRetryAttempts: 0,
    });
  });

  it('of many shards sweeps each two by runs of their own, by two rules as well, with five targets in a rule', () => {
    const rules = (sweepShards: number) =>
      Object.values(synthesizeTemplate({ sweepShards }).findResources('AWS::Events::Rule')).map(({ Properties }) =>
        (Properties.Targets as { Input?: string }[]).map(({ Input }) =>
          Input === undefined ? Input : JSON.parse(Input),
        ),
      );
    expect(rules(2)).toEqual([[undefined], [undefined]]);
    const halves = [
      { part: 0, parts: 2 },
      { part: 1, parts: 2 },
    ];
    expect(rules(3)).toEqual([halves, halves]);
    expect(rules(4)).toEqual([halves, halves]);
    const many = rules(128);
    expect(many.every((targets) => targets.length <= 5)).toBe(true);
    const all = Array.from({ length: 64 }, (_, part) => ({ part, parts: 64 }));
    expect(many.flat()).toHaveLength(128);
    expect(many.flat()).toEqual(expect.arrayContaining(all));
  });

  it('lets each rule run the sweep', () => {
    const permissions = Object.values(template.findResources('AWS::Lambda::Permission'));
    const byRules = permissions.filter(({ Properties }) => Properties.Principal === 'events.amazonaws.com');
    expect(byRules.map(({ Properties }) => Properties.SourceArn)).toEqual([
      refer('SweepScheduleEveryMinute', 'Arn'),
      refer('SweepScheduleEveryMinuteAgain', 'Arn'),
    ]);
  });
});

describe('the alarms', () => {
  const lines: string[] = [];
  const nothing = { due: 0, alive: 0, closed: 0, evicted: 0, destroyed: 0, failed: 0, unreadable: 0, lagMs: 0 };
  metricsTo(
    (line) => lines.push(line),
    () => 0,
    String(variables(template, 'Sweep').DEPLOYMENT),
  )({ ...nothing, unfinished: false });
  const document = JSON.parse(lines[0] ?? '');
  const [{ Namespace, Metrics, Dimensions }] = document._aws.CloudWatchMetrics;

  it.each([
    [
      'Lag',
      {
        ...{ MetricName: 'lagMs', Statistic: 'Maximum', Period: 60, Threshold: 120_000, EvaluationPeriods: 2 },
        TreatMissingData: 'breaching',
      },
    ],
    [
      'Failed',
      {
        ...{ MetricName: 'failed', Statistic: 'Sum', Period: 900, Threshold: 1, EvaluationPeriods: 1 },
        TreatMissingData: 'notBreaching',
      },
    ],
    [
      'Unreadable',
      {
        ...{ MetricName: 'unreadable', Statistic: 'Sum', Period: 900, Threshold: 1, EvaluationPeriods: 1 },
        TreatMissingData: 'notBreaching',
      },
    ],
  ])('%s watches a metric that the sweep writes', (name, expected) => {
    const { Properties: alarm } = one(template, 'AWS::CloudWatch::Alarm', `SweepAlarms${name}`);
    expect(alarm).toMatchObject({ ...expected, ComparisonOperator: 'GreaterThanOrEqualToThreshold' });
    expect(Metrics.map((metric: { Name: string }) => metric.Name)).toContain(expected.MetricName);
    expect(alarm.Namespace).toBe(Namespace);
    const [dimensions] = Dimensions as string[][];
    expect(alarm.Dimensions).toEqual(dimensions?.map((Name) => ({ Name, Value: document[Name] })));
  });
});
