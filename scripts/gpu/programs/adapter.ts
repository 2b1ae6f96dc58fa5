/** All that the WebGPU adapter tells: `node dist/scripts/gpu/programs/adapter.js` prints one JSON object. */
import { findDevice } from '../../../kernels/webgpu/device.js';
import { openGpu } from '../../../src/platform/gpu.js';

/** The numbers of an object whose properties are getters of its class. */
function numbersOf(object: object): Readonly<Record<string, number>> {
  const names = new Set<string>();
  for (let at: object | null = object; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  const values = object as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    [...names].flatMap((name) => (typeof values[name] === 'number' ? [[name, values[name]]] : [])),
  );
}

const entry = await openGpu();
if ('reason' in entry) {
  console.error(`${entry.reason}. ${entry.remedy}.`);
  process.exitCode = 1;
} else {
  const adapter = await entry.requestAdapter({ powerPreference: 'high-performance' });
  const opened = await findDevice();
  if (adapter === null || 'reason' in opened) {
    console.error('reason' in opened ? `${opened.reason}. ${opened.remedy}.` : 'no GPU adapter was found');
    process.exitCode = 1;
  } else {
    const { vendor, architecture, device, description, subgroupMinSize, subgroupMaxSize } = adapter.info;
    const { facts } = opened;
    console.log(
      JSON.stringify({
        info: { vendor, architecture, device, description, subgroupMinSize, subgroupMaxSize },
        ...{ software: facts.software, features: [...adapter.features].sort() },
        limits: { adapter: numbersOf(adapter.limits), device: numbersOf(opened.device.limits) },
      }),
    );
  }
}
