/**
 * The passes of a kernel on the device as it is opened now, `NTK_WEBGPU_TOGGLES` and `NTK_WEBGPU_FEATURES` included:
 * `node dist/scripts/gpu/programs/variant.js --rows N --features D --tiles 1024,2048 --enough S` prints a JSON object.
 *
 * It holds the seconds of each way at each size of a tile, by the host's clock and, where the device has one, by its
 * own, and a digest of the numbers with their error beside `host` in f64.
 */
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { useDevice } from '../../../kernels/webgpu/device.js';
import { peakSpeed } from '../../../kernels/webgpu/speed.js';
import { deviceTiles, type Way } from '../../../src/bench/gpu-device.js';
import { firstRows, madeUpRows } from '../../../src/bench/inputs.js';
import { kernelMatrix, type NdArray, presetArchitecture } from '../../../src/index.js';
import { outline, prepareTask } from '../../../src/kernel/rows/prepare.js';

const WAYS: readonly Way[] = ['product', 'fused', 'split'];
/** Rows whose entries are compared with the host's. */
const COMPARED = 200;
const ROUNDS = 3;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '256' },
    features: { type: 'string', default: '64' },
    tiles: { type: 'string', default: '128,256' },
    enough: { type: 'string', default: '0.02' },
  },
});
const enough = Number(values.enough);
const x = madeUpRows(Number(values.rows), Number(values.features));
const architecture = presetArchitecture('fc', { depth: 3 });

/** Seconds of each way, the least of some rounds in turn. */
async function waysAt(tile: number) {
  const task = prepareTask(outline(x, { architecture, precision: 'f32' }), true).task;
  const tiles = await deviceTiles(task, tile);
  try {
    const host: Record<Way, number> = { product: Infinity, fused: Infinity, split: Infinity };
    const device: Record<Way, number | null> = { product: null, fused: null, split: null };
    for (let round = 0; round < ROUNDS; round++) {
      for (const way of WAYS) {
        host[way] = Math.min(host[way], await tiles.seconds(way, enough));
        const own = await tiles.deviceSeconds(way);
        if (own !== null) device[way] = Math.min(device[way] ?? Infinity, own);
      }
    }
    return { tile, host, device };
  } finally {
    await tiles.close();
  }
}

/** The entries of a small kernel: their digest, and the largest error beside `host` in f64. */
async function entries(rows: NdArray) {
  const found = (await kernelMatrix(rows, { architecture, precision: 'f32', backend: 'webgpu' })).ntk.data;
  const truth = (await kernelMatrix(rows, { architecture, precision: 'f64', backend: 'host' })).ntk.data;
  const [n] = rows.shape;
  let error = 0;
  for (let e = 0; e < n * n; e++) {
    const scale = Math.sqrt(truth[Math.floor(e / n) * (n + 1)] * truth[(e % n) * (n + 1)]);
    const off = Math.abs(found[e] - truth[e]) / scale;
    if (!(off <= error)) error = Number.isNaN(off) ? Infinity : off;
  }
  return { digest: createHash('sha256').update(new Uint8Array(found.buffer)).digest('hex').slice(0, 16), error };
}

const { device, facts } = await useDevice();
const peak = { f32: await peakSpeed(enough), f16: null as number | null };
if (device.features.has('shader-f16')) peak.f16 = await peakSpeed(enough, 'f16');
const sizes: Awaited<ReturnType<typeof waysAt>>[] = [];
for (const tile of values.tiles.split(',')) sizes.push(await waysAt(Number(tile)));
const compared = await entries(firstRows(x, COMPARED));
const opened = { driver: facts.driver, features: [...device.features].sort() };
console.log(JSON.stringify({ opened, rows: x.shape[0], features: x.shape[1], peak, sizes, compared }));
