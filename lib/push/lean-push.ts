import { createPayloads, noPayload } from './payload.ts';
import type { PostResult, Push } from './push.ts';
import { createSignedTransport, type SignedRequest, type SignedTransportOptions, toFault } from './signed-transport.ts';
import { encodePart } from './sigv4.ts';

export interface LeanPushOptions extends Omit<SignedTransportOptions, 'service'> {
  readonly onFault: (what: string, fault: unknown) => void;
}

/**
 * Posts through `@connections` at a fraction of the SDK's CPU. `onFault` gets what failed after all attempts, but for a
 * connection that is gone. `endpoint`: the address of the WebSocket API's stage.
 */
export function createLeanPush({ onFault, ...options }: LeanPushOptions): Push & { destroy(): void } {
  const transport = createSignedTransport({ ...options, service: 'execute-api' });
  const payloadOf = createPayloads();
  const call = async (what: string, request: () => SignedRequest): Promise<PostResult> => {
    try {
      const answer = await transport.send(request());
      if (answer.status >= 200 && answer.status < 300) return 'ok';
      if (answer.status === 410) return 'gone';
      onFault(what, toFault(answer));
    } catch (fault) {
      onFault(what, fault);
    }
    return 'failed';
  };
  return {
    post: (connectionId, frame) =>
      call('post to a connection', () => ({
        method: 'POST',
        path: pathOf(connectionId),
        headers: postHeaders,
        payload: payloadOf(frame),
      })),
    close: async (connectionId) => {
      await call('close a connection', () => ({
        method: 'DELETE',
        path: pathOf(connectionId),
        headers: {},
        payload: noPayload,
      }));
    },
    destroy: transport.destroy,
  };
}

const postHeaders = { 'content-type': 'application/octet-stream' };

const pathOf = (connectionId: string): string => `/@connections/${encodePart(connectionId)}`;
