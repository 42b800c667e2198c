import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { DeploymentSettings } from '../domain/settings.ts';
import type { FunctionName } from './grants.ts';
import { LimitAlarm } from './limit-alarm.ts';
import type { RoomTable } from './room-table.ts';
import type { ServerApi } from './server-api.ts';
import type { SocketApi } from './socket-api.ts';
import { spendRate } from './spend-rate.ts';

/** What is watched. */
export interface Spending {
  readonly rooms: RoomTable;
  readonly sockets: SocketApi;
  readonly serverApi: ServerApi;
  readonly functions: ReadonlyMap<FunctionName, IFunction>;
  readonly settings: DeploymentSettings;
}

/** What an hour costs at the present rate, in $, with an alarm unless the setting turns it off. */
export function watchSpending(scope: Construct, watched: Spending): IMetric | undefined {
  const { rooms, sockets, serverApi, functions, settings } = watched;
  const [message, deliver] = [functions.get('message'), functions.get('deliver')];
  if (message === undefined || deliver === undefined) return undefined;
  const { tableName } = rooms.table;
  const metric = spendRate({ ...settings, sockets, serverApi, tableName, message, deliver });
  if (settings.spendAlarmUsdPerHour > 0) {
    new LimitAlarm(scope, 'Spend', {
      ...{ metric, limit: settings.spendAlarmUsdPerHour, periods: 3 },
      meaning: 'The deployment has spent more than its limit per hour for a quarter of an hour',
    });
  }
  return metric;
}
