// Not TypeScript: the types of the package are those of its other format.
import Sequencer from '@jest/test-sequencer';
import { suiteName, times } from '../../dist/test/order/suites.js';

/** A suite that was never measured is taken to be long: a short one at the beginning is no loss. */
const UNKNOWN = 60;

/** Long suites first, so that both workers are busy to the end. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const took = times();
    const seconds = ({ path }) => took.get(suiteName(path))?.cpu ?? UNKNOWN;
    return tests.toSorted((a, b) => seconds(b) - seconds(a) || (a.path < b.path ? -1 : 1));
  }
}
