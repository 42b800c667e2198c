import { type Scenario, scenarios } from '../../test/bad-networks/scenarios.ts';
import { markdownTable } from './markdown-table.ts';

/** What apps see on bad networks: the lines that the tests expect. */
export const scenarioTable = (): string =>
  markdownTable(
    ['', 'what happens', 'what the app sees', 'what the app of another member sees'],
    Object.values<Scenario>(scenarios).map(({ what, sees, otherSees }, index) => [
      `${index + 1}`,
      what,
      linesOf(sees),
      linesOf(otherSees),
    ]),
  );

/** The lines of one app in a cell, without the words and marks that only the tests need. */
function linesOf(lines: readonly string[]): string {
  const shown = lines.map((line) =>
    line
      .replaceAll(/"([^"]*)"/g, '$1')
      .replace(/^status /, '')
      .replace(/(\d s: )status /, '$1'),
  );
  return shown.map((line) => `\`${line}\``).join('<br>');
}
