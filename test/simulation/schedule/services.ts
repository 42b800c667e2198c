/*
 * Models API Gateway's management API and SQS, under the real code that calls them.
 * Clock and chance: the scheduler's.
 */

import type { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import type { SendMessageBatchCommandInput, SQSClient } from '@aws-sdk/client-sqs';
import type { WebhookEvent } from '../../../lib/protocol/webhook.ts';
import { createApiGatewayPush } from '../../../lib/push/api-gateway.ts';
import type { EventQueue } from '../../../lib/push/event-queue.ts';
import type { Push } from '../../../lib/push/push.ts';
import { createSqsEventQueue } from '../../../lib/push/sqs.ts';
import type { Frame } from '../../support/checker/history.ts';
import type { History } from './history.ts';
import type { Process, Scheduler } from './scheduler.ts';
import { type Failure, toError } from './service-errors.ts';
import type { Socket } from './socket.ts';

export interface ServicesOptions {
  readonly scheduler: Scheduler;
  readonly history: History;
  readonly sockets: ReadonlyMap<string, Socket>;
  readonly onFault: (what: string, fault: unknown) => void;
}

interface ConnectionInput {
  readonly ConnectionId: string;
  /** What is posted; without it the connection is to be closed. */
  readonly Data?: Uint8Array;
}

const GONE: Failure = { error: 'GoneException', isApplied: false };

export function pushOf(process: Process, { scheduler, history, sockets, onFault }: ServicesOptions): Push {
  const gone = (connectionId: string, failure: Failure): Error => {
    if (failure.error === GONE.error) history.ofConnection('goneAnswer', connectionId);
    return toError(failure);
  };
  const openSocket = (connectionId: string): Socket => {
    const socket = sockets.get(connectionId);
    if (socket?.isOpen === true) return socket;
    throw gone(connectionId, GONE);
  };
  const post = (connectionId: string, data: Uint8Array) => {
    const socket = openSocket(connectionId);
    const frame = JSON.parse(Buffer.from(data).toString()) as Frame;
    history.pushed(connectionId, frame, socket.isDeaf);
    socket.toClient(frame);
  };
  const send = ({ input: { ConnectionId, Data } }: { readonly input: ConnectionInput }) =>
    scheduler.step({
      process,
      kind: Data === undefined ? 'close' : 'post',
      label: `${Data === undefined ? 'close' : `post ${eventOf(Data)} to`} ${ConnectionId}`,
      apply: () => {
        if (Data === undefined) openSocket(ConnectionId).closeByServer();
        else post(ConnectionId, Data);
        return {};
      },
      failWith: (failure) => gone(ConnectionId, failure),
    });
  return createApiGatewayPush({ client: { send } as unknown as ApiGatewayManagementApiClient, onFault });
}

const eventOf = (data: Uint8Array): string => (JSON.parse(Buffer.from(data).toString()) as Frame).event;

export function queueOf(process: Process, { scheduler, history }: ServicesOptions): EventQueue {
  const send = ({ input: { Entries = [] } }: { readonly input: SendMessageBatchCommandInput }) =>
    scheduler.step({
      process,
      kind: 'queue',
      label: `queue ${Entries.map(({ MessageDeduplicationId }) => MessageDeduplicationId).join(' ')}`,
      apply: () => {
        for (const { MessageBody = '[]' } of Entries) history.webhook(JSON.parse(MessageBody) as WebhookEvent[]);
        return {};
      },
      failWith: toError,
    });
  return createSqsEventQueue({ client: { send } as unknown as SQSClient, queueUrl: 'simulated' });
}
