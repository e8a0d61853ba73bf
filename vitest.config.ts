import { defineConfig } from 'vitest/config';

/** The workspace's packages resolve each other from source, so that tests need no build of the libraries. */
const conditions = ['@warren/source', 'module', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'],
    // Sessions start real programs in namespaces of their own; the rest takes milliseconds.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'], exclude: ['**/*.test.ts'] },
  },
});
