import type { Availability, DeviceFacts } from '../../src/backend/device.js';
import { BackendError } from '../../src/errors.js';
import { gpuSwitches, openGpu } from '../../src/platform/gpu.js';

/** A GPU device that kernels run on. */
export interface OpenDevice {
  readonly device: GPUDevice;
  readonly info: GPUAdapterInfo;
  readonly facts: DeviceFacts;
  readonly version: string;
  /** Buffers that were made and not yet given back. */
  readonly buffers: Set<GPUBuffer>;
  /** Why the device cannot be used any more; null while it can. */
  failure: BackendError | null;
}

type Missing = Required<Pick<Availability, 'reason' | 'remedy'>>;

let found: Promise<OpenDevice | Missing> | null = null;

const DRIVER = 'Check that the driver fits the card and the user may use it (vulkaninfo), or use --backend host';

const NO_FEATURE = 'Take it out of NTK_WEBGPU_FEATURES, or use --backend host';

/** Whether a processor plays the GPU. */
function isSoftware({ vendor, architecture, device, description }: GPUAdapterInfo): boolean {
  return /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(
    `${vendor} ${architecture} ${device} ${description}`,
  );
}

/** Limits that decide what fits; everything that the adapter offers is asked for. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxStorageBuffersPerShaderStage',
] as const;

async function open(): Promise<OpenDevice | Missing> {
  const entry = await openGpu();
  if ('reason' in entry) return entry;
  const adapter = await entry.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) return { reason: 'no GPU adapter was found', remedy: DRIVER };
  const limits = Object.fromEntries(LIMITS.map((name) => [name, Number(adapter.limits[name])]));
  const { toggles, features } = gpuSwitches();
  const lacking = features.filter((feature) => !adapter.features.has(feature));
  if (lacking.length > 0) return { reason: `the adapter does not have ${lacking.join(', ')}`, remedy: NO_FEATURE };
  const device = await adapter.requestDevice({
    requiredLimits: limits,
    requiredFeatures: [...features] as GPUFeatureName[],
  });
  const { info } = adapter;
  const name = info.description || info.device || info.architecture || info.vendor || 'GPU';
  const switched = [...toggles, ...features].map((name) => `, ${name}`).join('');
  const facts: DeviceFacts = {
    name,
    driver: `Vulkan by Dawn, ${[info.vendor, info.architecture].filter((t) => t !== '').join(' ')}${switched}`,
    software: isSoftware(info),
    limits,
    features: [...adapter.features].sort(),
  };
  const opened: OpenDevice = { device, info, facts, version: `WebGPU on ${name}`, buffers: new Set(), failure: null };
  watch(opened);
  return opened;
}

/** Remembers what made a device unusable. */
function watch(opened: OpenDevice): void {
  void opened.device.lost.then(({ reason, message }) => {
    opened.failure ??= new BackendError(
      `--backend webgpu: the device must stay available, got lost (${reason}): ${message}. Run the command again, ` +
        'with --memory for smaller tiles or with --backend host.',
    );
    found = null;
  });
  opened.device.addEventListener('uncapturederror', (event) => {
    opened.failure ??= new BackendError(
      `--backend webgpu: the device refused the work: ${event.error.message}. Use --backend host, and report this.`,
    );
  });
}

/** The device of this process, opened when first asked for, or why there is none. Never throws. */
export function findDevice(): Promise<OpenDevice | Missing> {
  found ??= open().catch((error: unknown) => ({
    reason: `the device could not be opened: ${error instanceof Error ? error.message : String(error)}`,
    remedy: DRIVER,
  }));
  return found;
}

/** The device, for work. Throws BackendError when there is none. */
export async function useDevice(): Promise<OpenDevice> {
  const device = await findDevice();
  if ('device' in device) return device;
  throw new BackendError(`--backend webgpu: must be available here, got: ${device.reason}. ${device.remedy}.`);
}
