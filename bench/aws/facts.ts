import { createInterface } from 'node:readline/promises';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { estimate } from './estimate.ts';
import { measurements } from './measurements.ts';
import { helpText, readOptions } from './options.ts';
import { factTable, runFacts } from './run-facts.ts';

// The SDK's warning about Node 20 is for who chooses its version.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** Throws unless this machine has credentials of AWS; whether they are valid shows at the deployment. */
async function checkCredentials(region: string): Promise<void> {
  const client = new ApiGatewayManagementApiClient({ region, endpoint: 'https://localhost' });
  try {
    await client.config.credentials();
  } catch {
    throw new Error(
      'unable to measure; there are no AWS credentials (set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)',
    );
  }
}

async function isAccepted(): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error('unable to ask; there is no terminal (--yes skips the question)');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Type yes to go on: ');
  terminal.close();
  return answer.trim() === 'yes';
}

async function main(args: readonly string[]): Promise<void> {
  const { help, region, isConfirmed, chosen } = readOptions(args, measurements);
  if (help) {
    console.log(helpText(measurements));
    return;
  }
  await checkCredentials(region);
  const { usd, minutes } = estimate(chosen);
  const names = chosen.map(({ name }) => name).join(', ');
  console.log(`Measures ${names} in ${region}: at most $${usd.toFixed(2)}, about ${minutes} min.`);
  if (!isConfirmed && !(await isAccepted())) {
    console.log('Nothing was done.');
    return;
  }
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      console.log(interrupt.signal.aborted ? 'Still deleting the stack …' : 'Interrupted; deleting the stack …');
      interrupt.abort(new Error('the run was interrupted'));
    });
  }
  // The CDK takes seconds to load.
  const { CdkDeployment } = await import('./cdk-deployment.ts');
  const deployment = new CdkDeployment(region, interrupt.signal);
  console.log(`The stack is ${deployment.stackName}.`);
  const rows = await runFacts(deployment, chosen, interrupt.signal, console.log);
  console.log(`\n${factTable(rows)}`);
  if (interrupt.signal.aborted || rows.some(({ finding }) => finding.verdict === 'not as expected'))
    process.exitCode = 1;
}

main(process.argv.slice(2)).then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
