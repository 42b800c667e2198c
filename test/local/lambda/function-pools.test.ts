import { expect, it } from 'vitest';
import { createIam } from '../../../lib/local/iam/iam.ts';
import { createFunctionPools } from '../../../lib/local/lambda/function-pools.ts';
import type { LocalFunction } from '../../../lib/local/template/local-function.ts';
import { readStack } from '../../../lib/local/template/stack-description.ts';
import { writeSmallStack } from '../small-stack.ts';

const logGroupArn = 'arn:aws:logs:us-east-1:000000000000:Log';

it.each([
  ['that may write its log uses the grants', ['logs:CreateLogStream', 'logs:PutLogEvents'], []],
  [
    'that may not is reported, and runs all the same',
    ['logs:CreateLogStream'],
    ['Small/Worker: AWS would lose this log; the role does not grant logs:PutLogEvents'],
  ],
])('a function %s', async (_what, actions, expected) => {
  const assembly = writeSmallStack();
  const [worker] = readStack(assembly.folder).functions;
  if (worker === undefined) throw new Error('unable to test; the template has no function');
  const fn: LocalFunction = { ...worker, logGroupArn, statements: [{ effect: 'Allow', actions, resources: ['*'] }] };
  const iam = createIam([fn]);
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  const pools = createFunctionPools({ iam, maxEnvironments: 1, takeCrash: () => undefined, randomId: () => 'id', log });
  pools.open([fn], { localize: (text) => text, servicesUrl: 'http://127.0.0.1:1' });
  expect(await pools.invoke(fn.logicalId, { do: 'count' })).toMatchObject({ ok: true });
  await pools.close();
  assembly.remove();
  expect(lines).toEqual(expected);
  const used = iam.usedGrants().map(({ action, resource }) => [action, resource]);
  expect(used).toEqual(expected.length > 0 ? [] : actions.map((action) => [action, logGroupArn]));
});
