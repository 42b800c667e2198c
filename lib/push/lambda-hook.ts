import { HOOK_ANSWER_BYTES_MAX, type HookVerdict, readHookAnswer } from '../protocol/message-hook.ts';
import type { MessageHook } from './message-hook.ts';
import { jsonPayload } from './payload.ts';
import { createSignedTransport, type SignedTransportOptions, toFault } from './signed-transport.ts';
import { encodePart } from './sigv4.ts';

export interface LambdaHookOptions extends Omit<SignedTransportOptions, 'service' | 'attempts' | 'mostInFlight'> {
  readonly functionArn: string;
}

/** Each Lambda serves one frame at a time. */
const ASKED_AT_ONCE = 8;

/** Asks a Lambda with one synchronous invocation; `endpoint`: Lambda's address in the Region of the ARN. */
export function createLambdaHook({ functionArn, ...options }: LambdaHookOptions): MessageHook & { destroy(): void } {
  const limits = { attempts: 1, mostInFlight: ASKED_AT_ONCE };
  const transport = createSignedTransport({ ...options, ...limits, service: 'lambda' });
  const path = `/2015-03-31/functions/${encodePart(functionArn)}/invocations`;
  const headers = { 'content-type': 'application/json', 'x-amz-invocation-type': 'RequestResponse' };
  return {
    ask: async (question): Promise<HookVerdict> => {
      const answer = await transport.send({
        ...{ method: 'POST', path, headers, wantsBody: true },
        payload: jsonPayload(question),
      });
      if (answer.status !== 200) return { kind: 'failed', why: toFault(answer).message };
      // That of a run that has failed is its error, which is none of the form.
      return readHookAnswer(answer.body.length > HOOK_ANSWER_BYTES_MAX ? '' : answer.body);
    },
    destroy: transport.destroy,
  };
}
