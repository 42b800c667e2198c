import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const { MUTANT_PATH = '', MUTANT_TEXT = '' } = process.env;

/** Tests with a mutant in the place of one of the product's files. */
export default defineConfig({
  plugins: [
    {
      name: 'mutant',
      enforce: 'pre',
      load: (id) => (id.split('?')[0] === MUTANT_PATH ? readFileSync(MUTANT_TEXT, 'utf8') : undefined),
    },
  ],
  test: { include: ['test/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 300_000, bail: 1, reporters: ['default'] },
});
