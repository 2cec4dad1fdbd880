/** How the tests run: straight from the sources, through the same export condition that `tsx` is given. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@rollcall/source'] },
  ssr: { resolve: { conditions: ['@rollcall/source'] } },
  test: {
    // Named, because vitest would also find what a build left in dist.
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts', 'interop/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // What is waited for comes at once, or on a busy machine late; a second, as it would be otherwise, is no patience.
    expect: { poll: { timeout: 15_000 } },
  },
});
