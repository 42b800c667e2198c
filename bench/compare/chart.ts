import type { Case } from './measure.ts';
import { caseTitle, type Summary, summarize } from './report.ts';

const WIDTH = 760;
const [LEFT, RIGHT, TOP] = [190, 60, 64];
const [BAR, GAP, GROUP] = [14, 3, 40];
const BARS_WIDTH = WIDTH - LEFT - RIGHT;

/** For light and for dark pages. */
const COLOURS: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  doorman: ['#0969da', '#58a6ff'],
  'doorman-0': ['#80b3ea', '#2f5f96'],
  a: ['#bc4c00', '#f0883e'],
  a2: ['#8250df', '#bc8cff'],
  b: ['#57606a', '#8b949e'],
};

const style = (): string => {
  const fills = (index: 0 | 1) =>
    Object.entries(COLOURS)
      .map(([key, pair]) => `.${key}{fill:${pair[index]}}`)
      .join('');
  return [
    'text{font:12px system-ui,sans-serif;fill:#1f2328}.title{font-weight:600;font-size:14px}.group{font-weight:600}',
    `.grid{stroke:#d0d7de}${fills(0)}`,
    `@media(prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#30363d}${fills(1)}}`,
  ].join('');
};

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
const textAt = (x: number, y: number, text: string, more = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${more}>${escaped(text)}</text>`;

interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** Powers of ten: the smallest and the largest value differ by some hundred times. */
function scaleOf(values: readonly number[]): Scale {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)),
    at: (value) => LEFT + ((Math.log10(value) - low) / (high - low)) * BARS_WIDTH,
  };
}

function bar({ key, title, cpuMs }: Summary, y: number, scale: Scale): string {
  const end = Math.max(LEFT + 1, scale.at(cpuMs.median));
  const middle = y + BAR - 3;
  return [
    textAt(LEFT - 8, middle, title, ' text-anchor="end"'),
    `<rect class="${key}" x="${LEFT}" y="${y}" width="${(end - LEFT).toFixed(1)}" height="${BAR}" rx="2"/>`,
    textAt(end + 5, middle, cpuMs.median >= 10 ? cpuMs.median.toFixed(0) : cpuMs.median.toFixed(1)),
  ].join('');
}

/** CPU of one message, a group of rectangles for each room. */
export function cpuChart(cases: readonly Case[]): string {
  const groups = cases.map((one) => ({ title: caseTitle(one), summaries: summarize(one) }));
  const scale = scaleOf(groups.flatMap(({ summaries }) => summaries.map(({ cpuMs }) => cpuMs.median)));
  let y = TOP;
  const parts: string[] = [];
  for (const { title, summaries } of groups) {
    parts.push(textAt(LEFT, y, title, ' class="group"'));
    y += 8;
    for (const summary of summaries) {
      parts.push(bar(summary, y, scale));
      y += BAR + GAP;
    }
    y += GROUP - 8 - GAP;
  }
  const height = y - GROUP + 24;
  const grid = scale.ticks.flatMap((tick) => [
    `<line class="grid" x1="${scale.at(tick)}" x2="${scale.at(tick)}" y1="${TOP - 16}" y2="${height - 12}"/>`,
    textAt(scale.at(tick), TOP - 22, String(tick), ' text-anchor="middle"'),
  ]);
  const title = 'CPU of the Lambdas for one message, ms (logarithmic; less is better)';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${title}</title><style>${style()}</style>${textAt(8, 22, title, ' class="title"')}`,
    ...grid,
    ...parts,
    '</svg>\n',
  ].join('\n');
}
