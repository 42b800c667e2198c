import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { documentBadNetworks } from '../../bin/docs/documents.ts';
import { top } from '../support/project-files.ts';
import { scenarios } from './scenarios.ts';

const page = readFileSync(join(top, 'docs/bad-networks.md'), 'utf8');

describe('docs/bad-networks.md', () => {
  it('has the scenarios that the tests expect; npm run docs writes them', () => {
    expect(documentBadNetworks(page)).toBe(page);
  });

  it('has each scenario', () => {
    expect(Object.keys(scenarios).length).toBeGreaterThanOrEqual(15);
    for (const { what } of Object.values(scenarios)) expect(page).toContain(`| ${what} |`);
  });
});
