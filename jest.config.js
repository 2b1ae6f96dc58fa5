import { FAST } from './dist/test/order/fast.js';
import { slowSuites } from './dist/test/order/suites.js';

const exactly = (path) => `^${path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;

/** Tests run on the compiled files, the same ones that are shipped: types are checked by the build, workers and .wasm resolve from dist. */
export default {
  roots: ['<rootDir>/dist/test'],
  testMatch: ['**/*.test.js'],
  testPathIgnorePatterns: FAST ? slowSuites().map(exactly) : [],
  testSequencer: '<rootDir>/test/order/sequencer.mjs',
  transform: {},
  testEnvironment: 'node',
  // Suites run in plain Node: contexts of jest's own cost up to four times the processor. Processes, since native libraries and signals are tested.
  runner: 'jest-light-runner/child-process',
  reporters: ['default', '<rootDir>/dist/test/line-reporter.js'],
};
