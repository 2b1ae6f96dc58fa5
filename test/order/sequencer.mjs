// Not TypeScript: the types of the package are those of its other format.
import Sequencer from '@jest/test-sequencer';
import { suiteName, times } from '../../dist/test/order/suites.js';

/** Seconds of processors of a suite that was never measured: neither first nor last. */
const UNKNOWN = 10;

/** Long suites first, so that both workers are busy to the end. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const took = times();
    const seconds = ({ path }) => {
      const { cpu, fast } = took.get(suiteName(path)) ?? {};
      return cpu ?? fast ?? UNKNOWN;
    };
    return tests.toSorted((a, b) => seconds(b) - seconds(a) || (a.path < b.path ? -1 : 1));
  }
}
