import { parseArgs } from 'node:util';
import type { Measurement } from './site.ts';

/** What the command line asks for. */
export interface FactsOptions {
  readonly help: boolean;
  readonly region: string;
  readonly isConfirmed: boolean;
  readonly chosen: readonly Measurement[];
}

const flags = {
  region: { type: 'string' },
  yes: { type: 'boolean', default: false },
  only: { type: 'string', multiple: true, default: [] as string[] },
  help: { type: 'boolean', default: false },
} as const;

export const helpText = (all: readonly Measurement[]): string => `npm run aws-facts -- --region R [options]

Measures on a real AWS account what Doorman assumes of API Gateway and Lambda. It deploys a small stack of its own
(DoormanFacts- and a random suffix), measures, prints a table and deletes the stack, also after a failure or Ctrl-C.
The region must be bootstrapped (npx cdk bootstrap). It prints what it costs at most and asks before it does anything.

  --region R     the region, e.g. eu-central-1
  --only NAME    one measurement; may be repeated
  --yes          do not ask
  --help         this text

${all.map(({ name, assumption }) => `  ${name.padEnd(20)} ${assumption}`).join('\n')}`;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags }).values;
  } catch (error) {
    const [why] = error instanceof Error ? error.message.split('. ') : [];
    throw new Error(`unable to read the options; ${why} (--help lists them)`);
  }
}

/** Reads the options; throws with a sentence where one is wrong. */
export function readOptions(args: readonly string[], all: readonly Measurement[]): FactsOptions {
  const { help, yes, only, region = '' } = parse(args);
  if (!help && !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    const given = region === '' ? 'it is missing' : `${region} is no name of a region`;
    throw new Error(`unable to use --region; ${given} (for example eu-central-1)`);
  }
  const unknown = only.find((name) => !all.some((one) => one.name === name));
  if (unknown !== undefined) {
    throw new Error(`unable to use --only ${unknown}; it must be one of ${all.map(({ name }) => name).join(', ')}`);
  }
  const chosen = only.length === 0 ? all : all.filter(({ name }) => only.includes(name));
  return { help, region, isConfirmed: yes, chosen };
}
