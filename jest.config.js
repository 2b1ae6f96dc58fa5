/** Tests run on the compiled files, the same ones that are shipped: types are checked by the build, workers and .wasm resolve from dist. */
export default {
  roots: ['<rootDir>/dist/test'],
  testMatch: ['**/*.test.js'],
  transform: {},
  testEnvironment: 'node',
  // For what hangs only: a machine under load may take several times the usual time.
  testTimeout: 400_000,
  reporters: ['default', '<rootDir>/dist/test/line-reporter.js'],
};
