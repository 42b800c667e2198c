import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { billOf } from './bill.ts';
import counted from './counted.json' with { type: 'json' };
import { writeDocuments } from './documents.ts';
import { helpText, readOptions } from './options.ts';
import { quotasOf } from './quotas.ts';
import { describe } from './report.ts';

async function main(args: readonly string[]): Promise<void> {
  const { action, isJson, workload } = readOptions(args);
  if (action === 'help') {
    console.log(helpText);
  } else if (action === 'count') {
    // The emulator takes a moment to load.
    const { count } = await import('./count.ts');
    const file = join(import.meta.dirname, 'counted.json');
    await writeFile(file, `${JSON.stringify(await count(), undefined, 2)}\n`);
    console.log(`The units are in ${file}.`);
  } else if (action === 'docs') {
    await writeDocuments(counted);
    console.log('docs/scale.md has the new tables.');
  } else {
    const bill = billOf(workload, counted);
    const quotas = quotasOf(workload, bill, counted);
    console.log(isJson ? JSON.stringify({ workload, bill, quotas }, undefined, 1) : describe(workload, bill, quotas));
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
