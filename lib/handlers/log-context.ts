import { AsyncLocalStorage } from 'node:async_hooks';
import { isRoomId } from '../protocol/ids.ts';

/** What we read of Lambda's context. */
interface Invocation {
  readonly awsRequestId?: string;
  readonly functionName?: string;
}

/** What is known of the run in which a line is logged. */
interface Run {
  readonly event: unknown;
  readonly invocation: Invocation;
}

const runs = new AsyncLocalStorage<Run>();

/** A handler whose log lines say which run they belong to. */
export const logged =
  <Event, Context, Result>(handle: (event: Event, context: Context) => Promise<Result>) =>
  (event: Event, context: Context): Promise<Result> =>
    runs.run({ event, invocation: (context ?? {}) as Invocation }, () => handle(event, context));

/**
 * The request, the Lambda, the connection and the room of the present run, as far as there are any. Nothing of what a
 * client sent gets into it but the id of a room.
 */
export function logContext(): Readonly<Record<string, string>> {
  const run = runs.getStore();
  if (run === undefined) return {};
  const { awsRequestId, functionName } = run.invocation;
  const { requestContext, body, room } = (run.event ?? {}) as EventParts;
  const fields = {
    requestId: awsRequestId,
    function: functionName,
    connection: requestContext?.connectionId,
    room: roomOf(room) ?? roomOf(bodyRoom(body)),
  };
  return Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, string] => typeof field[1] === 'string'),
  );
}

/** A WebSocket event, or a job to deliver. */
interface EventParts {
  readonly requestContext?: { readonly connectionId?: string };
  readonly body?: unknown;
  readonly room?: unknown;
}

const roomOf = (value: unknown): string | undefined =>
  typeof value === 'string' && isRoomId(value) ? value : undefined;

function bodyRoom(body: unknown): unknown {
  if (typeof body !== 'string') return undefined;
  try {
    return (JSON.parse(body) as { readonly room?: unknown } | null)?.room;
  } catch {
    // A frame that is no JSON names no room.
    return undefined;
  }
}
