// The process in which a contender's Lambdas run: lambda-host <JSON: bundle by function name>. Several events run
// concurrently in it, so that one process has all the CPU that the contender takes.
import { pathToFileURL } from 'node:url';
import type { HostAnswer, HostRequest } from './host-protocol.ts';

type Handler = (event: unknown, context: object) => Promise<unknown>;

const TIMEOUT_MS = 29_000;
const bundles = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>;
const handlers = new Map<string, Handler>();

// The parent owns this process, however the parent ends.
process.once('disconnect', () => process.exit(0));

const answer = (message: HostAnswer): void => {
  process.send?.(message);
};

function contextOf(functionName: string): object {
  const startedMs = performance.now();
  return {
    functionName,
    awsRequestId: crypto.randomUUID(),
    getRemainingTimeInMillis: () => TIMEOUT_MS - (performance.now() - startedMs),
  };
}

async function invoke({ id, functionName, event }: Extract<HostRequest, { kind: 'invoke' }>): Promise<void> {
  try {
    const handler = handlers.get(functionName);
    if (handler === undefined) throw new Error(`unable to invoke ${functionName}; there is no such function`);
    answer({ id, ok: true, result: (await handler(event, contextOf(functionName))) ?? null });
  } catch (fault) {
    answer({ id, ok: false, error: fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault) });
  }
}

for (const [functionName, file] of Object.entries(bundles)) {
  handlers.set(functionName, (await import(pathToFileURL(file).href)).handler);
}
process.on('message', (request: HostRequest) => {
  if (request.kind === 'cpu') answer({ id: request.id, ok: true, result: process.cpuUsage() });
  else void invoke(request);
});
answer({ id: 0, ok: true, result: 'ready' });
