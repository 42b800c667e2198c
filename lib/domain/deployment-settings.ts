/** Settings of the deployment alone: no Lambda receives them. */
const forStack = { stackOnly: true } as const;

/** Whether the deployment may change the account, and which resources of a former one it uses. */
export const deploymentSettings = {
  manageApiLogging: {
    ...forStack,
    ...({ kind: 'flag', default: true } as const),
    meaning: "The stack sets API Gateway's logging role, which is one for the account and Region; false: it is there.",
  },
  // A deployment that fails for the first time could not remove a protected table, so the next one would not begin.
  protectTable: {
    ...forStack,
    ...({ kind: 'flag', default: false } as const),
    meaning: 'Nobody can delete the table; turn it on once the first deployment has succeeded.',
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
} as const;
