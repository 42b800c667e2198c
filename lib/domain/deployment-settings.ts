/** Settings of the deployment alone: no Lambda receives them. */
const forStack = { stackOnly: true } as const;

const flag = (byDefault: boolean) => ({ ...forStack, kind: 'flag', default: byDefault }) as const;

/** What the deployment keeps and watches, whether it may change the account, and what of others it uses. */
export const deploymentSettings = {
  manageApiLogging: {
    ...flag(true),
    meaning: "The stack sets API Gateway's logging role, which is one for the account and Region; false: it is there.",
  },
  keepData: {
    ...flag(true),
    meaning: 'The table and the secret outlive the stack; if false, they are deleted with it.',
  },
  protectTable: {
    ...flag(true),
    meaning: 'With `keepData`: nobody can delete the table, not even a first deployment that fails.',
  },
  tableStreamArn: {
    ...forStack,
    ...({ kind: 'streamArn', default: '', form: 'ARN of a stream' } as const),
    meaning: 'Stream of the table of a former deployment, which is used again; empty for a new table.',
  },
  secretArn: {
    ...forStack,
    ...({ kind: 'secretArn', default: '', form: 'ARN of a secret' } as const),
    meaning: 'Secret of a former deployment, which is used again; empty for a new secret.',
  },
  logRetentionDays: {
    ...forStack,
    ...({ kind: 'whole', default: 30, min: 1, max: 3_653, unit: 'days' } as const),
    meaning: 'How long CloudWatch keeps the logs; it offers 1, 3, 5, 7, 14, 30, 60, 90 and some more.',
  },
  tracing: {
    ...flag(false),
    meaning: 'X-Ray traces the runs of the Lambdas, for a price of its own.',
  },
  gradualDeployment: {
    ...flag(false),
    meaning: 'A tenth of the runs get new code first; errors in the five minutes after it bring the old code back.',
  },
  alarmTopicArn: {
    ...forStack,
    ...({ kind: 'topicArn', default: '', form: 'ARN of a topic' } as const),
    meaning: 'SNS topic that each alarm notifies; empty for a new topic.',
  },
  spendAlarmUsdPerHour: {
    ...forStack,
    ...({ kind: 'whole', default: 20, min: 0, max: 100_000, unit: '$ an hour', zero: 'no alarm' } as const),
    meaning: 'The alarm of the spend rate, by the prices of us-east-1.',
  },
} as const;
