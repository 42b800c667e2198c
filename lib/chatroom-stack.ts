import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AppSecret } from './infra/app-secret.ts';
import { applyGrant, type FunctionName, grants } from './infra/grants.ts';
import { RoomFunction } from './infra/room-function.ts';
import { RoomTable } from './infra/room-table.ts';
import { ServerApi } from './infra/server-api.ts';
import type { Settings } from './infra/settings.ts';
import { SocketApi } from './infra/socket-api.ts';
import { SweepSchedule } from './infra/sweep-schedule.ts';

/** The whole deployment: one table, one secret, six Lambdas, two APIs and a schedule. */
export class ChatroomStack extends Stack {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id, { description: 'Doorman: serverless chatrooms' });
    const { table } = new RoomTable(this, 'Rooms');
    const { secret } = new AppSecret(this, 'App', settings.appKey);
    const sockets = new SocketApi(this, 'Sockets');

    const addFunction = (id: string, entry: FunctionName, timeout: Duration) => {
      const { connections, secret: readsSecret } = grants[entry];
      const { handler, role } = new RoomFunction(this, id, {
        entry,
        timeout,
        environment: {
          SETTINGS: JSON.stringify(settings),
          TABLE_NAME: table.tableName,
          ...(readsSecret && { SECRET_ARN: secret.secretArn }),
          ...(connections.length > 0 && { CONNECTIONS_URL: sockets.stage.callbackUrl }),
        },
      });
      applyGrant(entry, role, { table, secret, apiId: sockets.api.apiId, stageName: sockets.stage.stageName });
      return handler;
    };

    // API Gateway waits 10 s for an authorizer and 29 s for an integration; the sweep must end before the next one.
    const sweep = addFunction('Sweep', 'sweep', Duration.seconds(55));
    const serverApiFunction = addFunction('ServerApi', 'server-api', Duration.seconds(29));
    sockets.route({
      authorize: addFunction('Authorize', 'authorize', Duration.seconds(10)),
      connect: addFunction('Connect', 'connect', Duration.seconds(10)),
      disconnect: addFunction('Disconnect', 'disconnect', Duration.seconds(29)),
      message: addFunction('Message', 'message', Duration.seconds(29)),
    });
    const serverApi = new ServerApi(this, 'ServerHttp', serverApiFunction);
    new SweepSchedule(this, 'SweepSchedule', sweep);

    new CfnOutput(this, 'WebSocketUrl', { value: sockets.stage.url });
    new CfnOutput(this, 'ServerApiUrl', { value: serverApi.url });
    // Its full name, the ARN, which every command that asks for a secret's name takes.
    new CfnOutput(this, 'SecretName', { value: secret.secretArn });
  }
}
