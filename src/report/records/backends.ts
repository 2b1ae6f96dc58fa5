import { z } from 'zod';
import { commonOf, type Described, precision } from './common.js';

/** An accelerator. */
export const device = z.object({
  name: z.string(),
  driver: z.string().optional(),
  memoryBytes: z.number().optional(),
  software: z.boolean(),
  limits: z.record(z.string(), z.number()).optional(),
  features: z.array(z.string()).optional(),
});

/** One backend. */
export const backend = z.object({
  name: z.string().describe('as `--backend` takes it'),
  precisions: z.array(precision).describe('those that it offers'),
  available: z.boolean().describe('whether it can be used here'),
  reason: z.string().optional().describe('why it cannot'),
  remedy: z.string().optional().describe('what to do about it'),
  version: z.string().optional().describe('of the device or library'),
  note: z.string().optional().describe('what else is worth knowing'),
  device: device
    .optional()
    .describe(
      'the accelerator: `name`, `driver`, `memoryBytes`, `software` (whether a processor plays it), `limits`, ' +
        '`features`',
    ),
  gflops: z
    .object({ f64: z.number().optional(), f32: z.number().optional() })
    .optional()
    .describe('measured speed of a matrix product, by precision; of `host` and `compiled` on one thread'),
});

/** The BLAS and LAPACK of the machine. */
export const nativeLibrary = z.object({
  available: z.boolean().describe("whether one was found; else the engine's own is used"),
  name: z.string().optional().describe('library with its version and core'),
  path: z.string().optional().describe('where it lies'),
  core: z.string().optional().describe('processor whose kernels an OpenBLAS computes with, in its own word'),
  coreChoice: z
    .enum(['library', 'engine', 'environment'])
    .optional()
    .describe(
      'who chose the core: the library itself; the engine, where the choice of the library was beneath the ' +
        'processor; the variable `OPENBLAS_CORETYPE`, which wins',
    ),
  note: z.string().optional().describe('what is worth knowing of that choice'),
  reason: z.string().optional().describe('why there is none'),
  remedy: z.string().optional().describe('what would bring one'),
});

/** Record of `ntk backends`. */
export const backendsRecord = z.object({
  ...commonOf('backends'),
  backends: z.array(backend).describe('one object for each backend'),
  native: nativeLibrary.describe(
    'all about the BLAS and LAPACK that `eigs` and `regress` use, and `host` for products',
  ),
});

/** Record of `ntk backends`. */
export type BackendsRecord = Described<typeof backendsRecord>;
