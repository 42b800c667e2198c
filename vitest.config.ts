import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Against tests that hang: a machine that does much else is slow, and that is no failure.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    // One file waits for its emulator while another computes, also on two cores.
    maxWorkers: 2,
    reporters: ['default'],
  },
});
