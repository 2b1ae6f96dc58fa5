import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readInput } from '../../../src/data/index.js';
import { DataError } from '../../../src/errors.js';
import { expect, test } from '../../jest.js';
import { elements, idxFile, npyDictionary, npyFile, npyOf, temporaryFolder, zipFile } from '../fixtures.js';

const folder = temporaryFolder();
const values = Array.from({ length: 60 }, (_, i) => i);
const csv = Buffer.from('a,b,"c"\n1,2.5,-3e2\n4,5,6\n7,8,9\n');

const FILES: Readonly<Record<string, Uint8Array>> = {
  'x.npy': npyOf([10, 6], values),
  'f.npy': npyFile(npyDictionary('>i2', [5, 4, 3], true), elements('i2', values, false)),
  'x.npy.gz': gzipSync(npyOf([10, 6], values)),
  'x.npz': zipFile([{ name: 'x.npy', content: npyOf([10, 6], values), deflate: true }]),
  'x-ubyte': idxFile(8, [5, 4, 3], Uint8Array.from(values)),
  'x-ubyte.gz': gzipSync(idxFile(8, [5, 4, 3], Uint8Array.from(values))),
  'x.csv': csv,
  'x.csv.gz': gzipSync(csv),
};

test.each(Object.keys(FILES))('%s damaged in any way is read or refused with a DataError', async (name) => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(changes, fc.double({ min: 0, max: 1, noNaN: true }), async (edits, kept) => {
      const content = Buffer.from(FILES[name].subarray(0, kept < 0.5 ? FILES[name].length * 2 * kept : undefined));
      for (const [at, byte] of edits) if (content.length > 0) content[at % content.length] = byte;
      const result: unknown = await readInput(await folder.write(name, content)).catch((error: unknown) => error);
      if ('data' in Object(result)) expect(Object(result).data.length).toBeGreaterThan(0);
      else expect(result).toBeInstanceOf(DataError);
    }),
    { seed: 5, numRuns: 250 },
  );
});
