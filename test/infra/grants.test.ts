import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect, it } from 'vitest';
import { AppSecret } from '../../lib/infra/app-secret.ts';
import { addresses, applyGrant, type Grant } from '../../lib/infra/grants.ts';
import { RoomTable } from '../../lib/infra/room-table.ts';
import { SocketApi } from '../../lib/infra/socket-api.ts';
import { refer, statements } from './stack-template.ts';

/** What a role may do by the grant, and the names of the variables that its Lambda gets. */
function granted(grant: Grant) {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Scratch');
  const { table, streamArn } = new RoomTable(stack, 'Rooms', {
    ...{ tableStreamArn: '', keepData: true, protectTable: false },
  });
  const resources = {
    ...{ table, streamArn, webhookQueue: undefined, webhookUrl: '', messageHook: { address: '', isLambda: false } },
    sockets: new SocketApi(stack, 'Sockets', {
      ...{ socketRequestsPerSec: 1, socketBurst: 1, manageApiLogging: true, logRetention: 30 },
    }).stage,
    secret: new AppSecret(stack, 'App', { secretArn: '', keepData: true, deployment: 'Scratch' }).secret,
    lostChanges: new Queue(stack, 'LostChanges'),
  };
  const role = new Role(stack, 'ReaderRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  applyGrant(grant, role, resources);
  const allowed = statements(Template.fromStack(stack), 'Reader').map(({ Action, Resource }) => [Action, Resource]);
  return { allowed, variables: Object.keys(addresses(grant, resources)) };
}

const tableArn = refer('RoomsTable', 'Arn');
const indexArn = { 'Fn::Join': ['', [tableArn, '/index/audience']] };

it('a Lambda may query the index only if its grant says so', () => {
  expect(granted({ table: ['GetItem', 'Query'] }).allowed).toEqual([
    [['dynamodb:GetItem', 'dynamodb:Query'], tableArn],
  ]);
  expect(granted({ table: ['GetItem'], audience: ['Query'] }).allowed).toEqual([
    ['dynamodb:GetItem', tableArn],
    ['dynamodb:Query', indexArn],
  ]);
});

it('a Lambda that may only query the index knows the name of its table', () => {
  expect(granted({ audience: ['Query'] })).toEqual({
    allowed: [['dynamodb:Query', indexArn]],
    variables: ['TABLE_NAME'],
  });
});
