import type { Doorbell } from './doorbell.ts';
import { jsonPayload } from './payload.ts';
import { createSignedTransport, type SignedTransportOptions, toFault } from './signed-transport.ts';
import { encodePart } from './sigv4.ts';

export interface DoorbellOptions extends Omit<SignedTransportOptions, 'service'> {
  /** Name or ARN. */
  readonly functionName: string;
  readonly onFault: (what: string, fault: unknown) => void;
}

/** One asynchronous invocation for each ring. `endpoint`: Lambda's address, as from `serviceEndpoint`. */
export function createDoorbell({ functionName, onFault, ...options }: DoorbellOptions): Doorbell & { destroy(): void } {
  const transport = createSignedTransport({ ...options, service: 'lambda' });
  const path = `/2015-03-31/functions/${encodePart(functionName)}/invocations`;
  const headers = { 'content-type': 'application/json', 'x-amz-invocation-type': 'Event' };
  return {
    ring: async (job) => {
      try {
        const answer = await transport.send({ method: 'POST', path, headers, payload: jsonPayload(job) });
        if (answer.status === 202) return 'rung';
        onFault('ring a function', toFault(answer));
      } catch (fault) {
        onFault('ring a function', fault);
      }
      return 'failed';
    },
    destroy: transport.destroy,
  };
}
