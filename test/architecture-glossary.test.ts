import { describe, expect, it } from 'vitest';
import { namesNotInCode, termsIn } from './support/architecture-glossary.ts';
import { projectFiles } from './support/project-files.ts';

const MAX_TERMS = 60;

describe('the glossary', () => {
  const terms = termsIn(projectFiles(/^docs\/glossary\.md$/).map(({ text }) => text)[0] ?? '');

  it(`has at most ${MAX_TERMS} terms, each once`, () => {
    expect(terms.length).toBeGreaterThan(0);
    expect(terms.length).toBeLessThanOrEqual(MAX_TERMS);
    expect(new Set(terms.map(({ word }) => word)).size).toBe(terms.length);
  });

  it('gives names that the code has', () => {
    const missing = namesNotInCode(terms, projectFiles(/^lib\/.*\.ts$/));
    expect(missing).toEqual([]);
  });
});

describe('the check of the glossary', () => {
  const page =
    '| word | what | in code | wire | replaces |\n| --- | --- | --- | --- | --- |\n| room | a room | `Room`, `roomId` | | |\n';

  it('reads the terms and their names', () => {
    expect(termsIn(page)).toEqual([{ word: 'room', names: ['Room', 'roomId'] }]);
  });

  it('reports a name that is no whole word of the code', () => {
    const files = [{ path: 'lib/domain/room.ts', text: 'interface Room { roomIds: string }' }];
    expect(namesNotInCode(termsIn(page), files)).toEqual(['roomId']);
  });
});
