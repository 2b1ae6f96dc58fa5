import { describe, expect, test } from '../jest.js';
import { COMBINATIONS, label } from './backends.js';
import { NEAR_NETWORKS, nearPairs } from './near-pairs.js';

describe.each(COMBINATIONS.map((c) => [label(c), c] as const))('near pairs on %s', (_label, combination) => {
  test.each(Object.keys(NEAR_NETWORKS))('%s', async (name) => {
    const wrong = (await nearPairs(combination, name)).filter(({ error, limit }) => !(error <= limit));
    expect(
      wrong.map(
        ({ kind, row, exact, error }) =>
          `${kind} row ${row}: gap ${exact.toExponential(3)} off by ${error.toExponential(1)}`,
      ),
    ).toEqual([]);
  });
});
