import type { FailedInvocation, Invoke } from '../lambda/invoke.ts';
import { type RestCall, type RestService, restFault } from '../services/rest-service.ts';
import type { ServiceAnswer } from '../services/service.ts';
import type { LocalFunction } from '../template/local-function.ts';
import type { InvokeAsync } from './async-invocations.ts';
import { type InvokedFunction, readInvokedFunction } from './invoked-function.ts';

/** The functions and the two ways to invoke them. */
export interface LambdaServiceOptions {
  readonly functions: readonly LocalFunction[];
  readonly invoke: Invoke;
  readonly invokeAsync: InvokeAsync;
  readonly randomId: () => string;
}

/** The limits of AWS for the payload of a request. */
const maxBytes = { RequestResponse: 6_291_456, Event: 1_048_576, DryRun: 6_291_456 } as const;
/** The limit of AWS for the payload of an answer. */
const maxAnswerBytes = 6_291_556;

type InvocationType = keyof typeof maxBytes;

const isInvocationType = (text: string): text is InvocationType => Object.hasOwn(maxBytes, text);

/** Serves Lambda's Invoke. */
export function createLambdaService(options: LambdaServiceOptions): RestService {
  const target = ({ method, path, query }: RestCall): InvokedFunction | undefined =>
    method === 'POST' ? readInvokedFunction(path, query, options.functions) : undefined;
  return {
    pathPrefix: '/2015-03-31/',
    requiredGrants: (call) => {
      const invoked = target(call);
      return invoked === undefined ? [] : [{ action: 'lambda:InvokeFunction', resource: invoked.arn }];
    },
    answer: async (call) => {
      const requestId = options.randomId();
      const { status, headers, body } = await answer(call, target(call), requestId, options);
      return { status, headers: { ...headers, 'x-amzn-requestid': requestId }, body };
    },
  };
}

async function answer(
  call: RestCall,
  invoked: InvokedFunction | undefined,
  requestId: string,
  { invoke, invokeAsync }: LambdaServiceOptions,
): Promise<ServiceAnswer> {
  if (invoked === undefined) {
    return restFault(404, 'UnknownOperationException', `The local stack does not support ${call.method} ${call.path}.`);
  }
  const { fn, arn } = invoked;
  if (fn === undefined) return restFault(404, 'ResourceNotFoundException', `Function not found: ${arn}`);
  const type = String(call.headers['x-amz-invocation-type'] ?? 'RequestResponse');
  if (!isInvocationType(type)) {
    return restFault(400, 'InvalidParameterValueException', `The invocation type ${type} is invalid.`);
  }
  if (call.body.length > maxBytes[type]) return tooLarge(call.body.length, type);
  const event = readEvent(call.body);
  if (event === undefined) {
    return restFault(400, 'InvalidRequestContentException', 'Could not parse request body into json.');
  }
  if (type === 'DryRun') return { status: 204, body: '' };
  if (type === 'RequestResponse') return invokeSync(invoke, fn, event.value, requestId);
  invokeAsync(fn.logicalId, event.value, requestId);
  return { status: 202, body: '' };
}

function tooLarge(bytes: number, type: InvocationType): ServiceAnswer {
  const limit = `(limit ${maxBytes[type]} bytes)`;
  const message = `${bytes} byte payload is too large for the ${type} invocation type ${limit}`;
  return restFault(413, 'RequestTooLargeException', message);
}

/** The JSON of a body; an empty body is an empty event. */
function readEvent(body: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(body.toString('utf8') || '{}') };
  } catch {
    return undefined;
  }
}

async function invokeSync(
  invoke: Invoke,
  { logicalId }: LocalFunction,
  event: unknown,
  requestId: string,
): Promise<ServiceAnswer> {
  const result = await invoke(logicalId, event, requestId);
  if (!result.ok) return result.throttled === true ? throttleFault() : errorAnswer(result);
  const body = JSON.stringify(result.payload ?? null);
  const bytes = Buffer.byteLength(body);
  if (bytes <= maxAnswerBytes) return payloadAnswer(body, {});
  const errorMessage = `Response payload size (${bytes} bytes) exceeded maximum allowed payload size (${maxAnswerBytes} bytes).`;
  return errorAnswer({ ok: false, errorType: 'Function.ResponseSizeTooLarge', errorMessage });
}

/** The request of a function that fails succeeds: only a header says so. */
const errorAnswer = ({ errorType, errorMessage }: FailedInvocation): ServiceAnswer =>
  payloadAnswer(JSON.stringify({ errorType, errorMessage }), { 'x-amz-function-error': 'Unhandled' });

const payloadAnswer = (body: string, headers: Readonly<Record<string, string>>): ServiceAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST', ...headers },
  body,
});

function throttleFault(): ServiceAnswer {
  const fault = restFault(429, 'TooManyRequestsException', '');
  const Reason = 'ReservedFunctionConcurrentInvocationLimitExceeded';
  return { ...fault, body: JSON.stringify({ Reason, Type: 'User', message: 'Rate Exceeded.' }) };
}
