import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(import.meta.dirname, '..', '..', 'cdk.json');

/** The feature flags of cdk.json: without the CDK's command line, too, the same template comes out. */
export const cdkContext = (): Readonly<Record<string, unknown>> => JSON.parse(readFileSync(file, 'utf8')).context;
