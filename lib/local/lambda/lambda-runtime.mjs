// The runtime of one Lambda environment: node lambda-runtime.mjs <file of the bundle> <name of the handler>
// It gets one event at a time over IPC and answers it over IPC. Plain JavaScript, because Node runs it without a loader.
import { pathToFileURL } from 'node:url';

const [file, exportName] = process.argv.slice(2);
const startedAtMs = performance.now();

// The parent owns this process, so this process exits with it, however the parent ends.
process.once('disconnect', () => process.exit(0));
// As in Lambda, an uncaught error ends the environment.
process.once('uncaughtException', (error) => {
  console.error(error);
  process.exit(1);
});

/** As Lambda's runtime logs the error of an event: with all the properties that an error shows. */
const logFailure = (error, requestId) => {
  const { errorType, errorMessage } = toFailure(error);
  const { stack = '', ...shown } = error instanceof Error ? { ...error, stack: error.stack } : {};
  const text = JSON.stringify({ errorType, errorMessage, ...shown, stack: String(stack).split('\n') });
  console.error(`${new Date().toISOString()}\t${requestId}\tERROR\tInvoke Error \t${text}`);
};

const toFailure = (error) =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message }
    : { errorType: 'Error', errorMessage: String(error) };

const load = async () => {
  const handler = (await import(pathToFileURL(file).href))[exportName];
  if (typeof handler !== 'function') throw new Error(`unable to load the handler; ${exportName} is not a function`);
  return handler;
};

const contextOf = ({ requestId, timeoutMs, functionName, functionArn, memoryMb }, calledAtMs) => ({
  awsRequestId: requestId,
  functionName,
  functionVersion: '$LATEST',
  invokedFunctionArn: functionArn,
  memoryLimitInMB: String(memoryMb),
  logGroupName: `/aws/lambda/${functionName}`,
  logStreamName: 'local',
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => Math.max(0, timeoutMs - (performance.now() - calledAtMs)),
});

try {
  const handler = await load();
  process.on('message', async ({ event, ...call }) => {
    const answer = await Promise.resolve()
      .then(() => handler(event, contextOf(call, performance.now())))
      .then(
        (payload) => ({ ok: true, payload: payload ?? null }),
        (error) => {
          logFailure(error, call.requestId);
          return { ok: false, ...toFailure(error) };
        },
      );
    process.send({ type: 'answer', memoryMb: process.memoryUsage().rss / 2 ** 20, answer });
  });
  process.send({ type: 'ready', initMs: performance.now() - startedAtMs });
} catch (error) {
  console.error(error);
  process.send({ type: 'failed', ...toFailure(error) }, () => process.exit(1));
}
