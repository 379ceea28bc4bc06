import { defineConfig } from 'vitest/config';

// ONNX Runtime and sharp keep threads of their own, so test files run in forked processes, two at a time.
export default defineConfig({
  test: {
    include: ['tests/{unit,differential,golden,properties,contract,corpus}/**/*.test.ts'],
    setupFiles: ['tests/support/setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    env: { ORT_DISABLE_TELEMETRY: '1' },
  },
});
