/** The billed duration in the line that Lambda writes after an event; without cold starts, which bill the init too. */
export function billedMsOf(line: string): number | undefined {
  if (!line.startsWith('REPORT ') || line.includes('Init Duration:')) return undefined;
  const [, billed] = /\bBilled Duration: (\d+) ms\b/.exec(line) ?? [];
  return billed === undefined ? undefined : Number(billed);
}
