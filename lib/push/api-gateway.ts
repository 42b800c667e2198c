import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { Push } from './push.ts';

/** 410 is the proof that a connection is gone, as the SDK's exception or as a bare HTTP status. */
export function isGone(fault: unknown): boolean {
  if (fault instanceof GoneException) return true;
  const metadata = (fault as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata;
  return metadata?.httpStatusCode === 410;
}

/** Posts through `@connections`; the SDK retries 429 and 5xx with backoff and jitter. */
export function createApiGatewayPush(options: {
  readonly client: ApiGatewayManagementApiClient;
  readonly onFault: (what: string, fault: unknown) => void;
}): Push {
  const { client, onFault } = options;
  const call = async <T>(what: string, work: () => Promise<T>): Promise<T | 'gone' | 'failed'> => {
    try {
      return await work();
    } catch (fault) {
      if (isGone(fault)) return 'gone';
      onFault(what, fault);
      return 'failed';
    }
  };
  return {
    post: (connectionId, frame) =>
      call('post to a connection', async () => {
        const Data = Buffer.from(JSON.stringify(frame));
        await client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data }));
        return 'ok' as const;
      }),
    close: async (connectionId) => {
      await call('close a connection', () => client.send(new DeleteConnectionCommand({ ConnectionId: connectionId })));
    },
  };
}

export function createManagementClient(endpoint: string): ApiGatewayManagementApiClient {
  return new ApiGatewayManagementApiClient({ endpoint, maxAttempts: 4 });
}
