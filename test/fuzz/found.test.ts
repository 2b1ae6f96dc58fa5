import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lower } from '../../src/architecture/lower.js';
import { selectBackend } from '../../src/backend/select.js';
import { ArchitectureError, parseArchitecture } from '../../src/index.js';
import { describe, expect, test } from '../jest.js';
import { COMBINATIONS, label } from '../kernels/backends.js';
import { randomImages } from '../kernels/image-kernels.js';
import type { Case } from './compute.js';
import { Truth } from './differ.js';
import { FOUND } from './found.js';

const NETWORKS = fileURLToPath(new URL('../../../test/fixtures/reports/networks', import.meta.url));

/** Networks that were reported, on four images, of which the last is a copy of the first. */
const REPORTED = readdirSync(NETWORKS)
  .filter((file) => file !== 'flatten-then-activation.json')
  .flatMap((file) => {
    const json = JSON.parse(readFileSync(join(NETWORKS, file), 'utf8'));
    return [1, 3].map((channels) => {
      const x = randomImages(4, [5, 5], channels, 3);
      x.data.copyWithin((3 * x.data.length) / 4, 0, x.data.length / 4);
      const which: Case = { network: { json, sizes: [5, 5], channels, tangent: true }, x, normalized: false };
      return { what: `${file}, ${channels} channels`, case: which };
    });
  });

const SUBJECTS = COMBINATIONS.filter(({ backend, native }) => backend !== 'reference' && native === undefined);

describe.each(SUBJECTS.map((c) => [label(c), c] as const))('networks that were wrong once, on %s', (_label, c) => {
  test.each([...FOUND, ...REPORTED].map(({ what, case: which }) => [what, which] as const))(
    '%s',
    async (_what, which) => {
      const { backend } = await selectBackend(c.backend, c.precision);
      const truth = await Truth.of(which);
      expect(await truth?.differenceOf({ backend, precision: c.precision })).toBeNull();
    },
  );
});

test('an activation behind a flatten of several positions is refused', () => {
  const network = parseArchitecture(JSON.parse(readFileSync(join(NETWORKS, 'flatten-then-activation.json'), 'utf8')));
  const shape = { positions: [5, 5], channels: 3 };
  expect(() => lower(network, shape, 'both')).toThrow(ArchitectureError);
  expect(() => lower(network, shape, 'both')).toThrow(/layers\[2\].*Put a dense layer/s);
  expect(() => lower(network, { ...shape, positions: [1, 1] }, 'both')).not.toThrow();
});
