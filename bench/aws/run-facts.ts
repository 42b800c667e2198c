import type { Finding, Measurement, Site } from './site.ts';

/** The stack of a run. */
export interface FactsDeployment {
  /** Resolves to what the measurements need of the deployed stack. */
  deploy(): Promise<Omit<Site, 'progress'>>;
  /** Deletes the stack, or what there is of it. */
  destroy(): Promise<void>;
}

/** One row of the result. */
export interface FactRow {
  readonly measurement: Measurement;
  readonly finding: Finding;
}

async function measure(measurement: Measurement, site: Site): Promise<Finding> {
  try {
    return await measurement.run(site);
  } catch (error) {
    // One that fails holds up no other.
    const why = error instanceof Error ? error.message : String(error);
    return { measured: `failed: ${why}`, verdict: 'not as expected' };
  }
}

/** Deploys, measures and deletes the stack, whatever happens in between. Rows that are done stay when it is interrupted. */
export async function runFacts(
  deployment: FactsDeployment,
  chosen: readonly Measurement[],
  interrupted: AbortSignal,
  print: (line: string) => void,
): Promise<readonly FactRow[]> {
  const rows: FactRow[] = [];
  try {
    const deployed = await deployment.deploy();
    for (const measurement of chosen) {
      if (interrupted.aborted) break;
      const { name } = measurement;
      print(`${name} …`);
      const site = { ...deployed, progress: (text: string) => print(`${name}: ${text}`) };
      const stopped = new Promise<undefined>((resolve) => {
        interrupted.addEventListener('abort', () => resolve(undefined), { once: true });
      });
      const finding = await Promise.race([measure(measurement, site), stopped]);
      if (finding === undefined || interrupted.aborted) break;
      print(`${name}: ${finding.verdict}`);
      rows.push({ measurement, finding });
    }
  } catch (error) {
    // Printed here too: if the deletion also fails, its error is the one that is thrown.
    print(error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    await deployment.destroy();
  }
  return rows;
}

/** The result as a table. */
export const factTable = (rows: readonly FactRow[]): string =>
  [
    '| assumption | expected (source) | measured | verdict |',
    '| --- | --- | --- | --- |',
    ...rows.map(({ measurement: { assumption, expected, source }, finding: { measured, verdict } }) =>
      [assumption, `${expected} (${source})`, measured, verdict]
        .map((cell) => `| ${cell} `)
        .join('')
        .concat('|'),
    ),
  ].join('\n');
