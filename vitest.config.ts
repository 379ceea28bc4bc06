import { defineConfig } from 'vitest/config';

// ONNX Runtime and sharp keep threads of their own, so test files run in forked processes, two at a time: three take longer on two
// cores.
// `npm test` runs the projects that this computer can run. Those of the whole studio in a browser run one after another, because each
// needs the whole computer.
export default defineConfig({
  test: {
    setupFiles: ['tests/support/setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    // How fast something happens is nothing that tests assert.
    expect: { poll: { timeout: 10_000 } },
    env: { ORT_DISABLE_TELEMETRY: '1', TF_CPP_MIN_LOG_LEVEL: '1' },
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['tests/{unit,differential,golden,properties,contract,corpus,packaging}/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'terminal',
          include: ['tests/e2e/terminal*.test.ts'],
          testTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'window',
          include: ['tests/e2e/window*.test.ts'],
          globalSetup: ['tests/support/build-fake-window.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['tests/e2e/studio*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: { name: 'electron', include: ['tests/electron/**/*.test.ts'], fileParallelism: false },
      },
    ],
  },
});
