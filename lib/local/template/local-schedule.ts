import type { FindFunctionId, ResolvedResource } from './cloudformation.ts';
import type { Resolver } from './resolver.ts';

/** A schedule of an EventBridge rule or of EventBridge Scheduler, for one target. */
export interface LocalSchedule {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly everyMs: number;
  readonly functionId: string;
  readonly input: string | undefined;
}

const unitMs = new Map([
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
]);

/** Describes the schedule of each target that is a function; none when it is disabled. */
export function describeSchedules(
  [logicalId, properties]: ResolvedResource,
  resolver: Resolver,
  findFunctionId: FindFunctionId,
): LocalSchedule[] {
  if (properties.State === 'DISABLED' || properties.ScheduleExpression === undefined) return [];
  const expression = String(properties.ScheduleExpression);
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const everyMs = Number(count) * (unitMs.get(unit) ?? Number.NaN);
  if (Number.isNaN(everyMs)) throw new Error(`unable to run the schedule ${logicalId}; ${expression} is not a rate`);
  const targets = (properties.Targets ?? [properties.Target]) as { Arn?: unknown; Input?: string }[];
  return targets.flatMap(({ Arn, Input }) => {
    const functionId = findFunctionId(Arn);
    const name = resolver.physicalName(logicalId);
    return functionId === undefined
      ? []
      : [{ logicalId, name, arn: resolver.arn(logicalId), everyMs, functionId, input: Input }];
  });
}
