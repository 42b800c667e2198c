/** Whether a line of a Lambda's log is shown without being asked for: metrics and what is in order are not. */
export function isWorthShowing(line: string): boolean {
  const json = line.slice(line.indexOf('{'));
  try {
    const { level, _aws: metrics } = JSON.parse(json) as { readonly level?: unknown; readonly _aws?: unknown };
    return metrics === undefined && level !== 'INFO' && level !== 'DEBUG';
  } catch {
    return true;
  }
}
