export { type DescribeOptions, describeArchitecture } from './architecture/describe.js';
export { parseArchitecture } from './architecture/parse.js';
export type { PresetFlags } from './architecture/preset-flags.js';
export { presetArchitecture } from './architecture/presets.js';
export { parseRadial } from './architecture/radial.js';
export { readArchitecture } from './architecture/read.js';
export { resolveArchitecture } from './architecture/resolve.js';
export { serialiseArchitecture } from './architecture/serialise.js';
export type { Architecture, KernelDefinition, RadialKernel } from './architecture/types.js';
export type { DeviceFacts } from './backend/contract.js';
export { type BackendReport, listBackends } from './backend/select.js';
export {
  asVectors,
  type FeatureStatistics,
  type FloatArray,
  type Input,
  type NdArray,
  type NpzOptions,
  type Precision,
  type ReadLabelsOptions,
  type ReadOptions,
  type RowRange,
  readInput,
  readLabels,
  rootMeanSquare,
  SCALE_MODES,
  type Scaled,
  type ScaleMode,
  scale,
  writeNpy,
  writeNpz,
} from './data/index.js';
export {
  ArchitectureError,
  type ArchitectureProblem,
  BackendError,
  DataError,
  InternalError,
  InterruptedError,
  isNtkError,
  MemoryError,
  NtkError,
  NumericalError,
  OutputError,
  UsageError,
} from './errors.js';
export type { Layer } from './layers/index.js';
export { kernelMatrix } from './matrix/kernel-matrix.js';
export { type TensorKernelOptions, type TensorKernels, tensorKernels } from './matrix/kernel-tensor.js';
export { planKernel } from './matrix/plan.js';
export type {
  BackendName,
  BothMatrices,
  KernelKind,
  KernelMatrices,
  KernelOptions,
  KernelPlan,
  KernelRun,
  NngpMatrix,
  NtkMatrix,
  Progress,
  Stages,
} from './matrix/types.js';
export { type WriteOptions, writeKernel } from './matrix/write.js';
export { isHomogeneous, programmeNotes } from './programme/describe.js';
export { kernelProfile, type Profile, type ProfileCurve, type ProfileOptions } from './programme/profile.js';
