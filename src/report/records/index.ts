import type { z } from 'zod';
import { archRecord } from './arch.js';
import { backendsRecord } from './backends.js';
import { benchRecord } from './bench.js';
import { comparePlanRecord, compareRecord } from './compare.js';
import { eigsRecord } from './eigs.js';
import { empiricalRecord } from './empirical.js';
import { fitRecord } from './fit.js';
import { kernelRecord } from './kernel.js';
import { multisphereRecord } from './multisphere.js';
import { paperRecord } from './paper.js';
import { plotRecord } from './plot.js';
import { profileRecord } from './profile.js';
import { receptiveFieldRecord } from './receptive-field.js';
import { regressRecord } from './regress.js';
import { sphereRecord } from './sphere.js';

/**
 * The form of every record, by command; that of `compare --plan`, which has no results, by the name `compare-plan`, and
 * that of `sphere --positions` by the name `sphere-positions`.
 */
export const RECORDS = {
  kernel: kernelRecord,
  empirical: empiricalRecord,
  compare: compareRecord,
  'compare-plan': comparePlanRecord,
  profile: profileRecord,
  eigs: eigsRecord,
  regress: regressRecord,
  sphere: sphereRecord,
  paper: paperRecord,
  'receptive-field': receptiveFieldRecord,
  'sphere-positions': multisphereRecord,
  fit: fitRecord,
  plot: plotRecord,
  arch: archRecord,
  backends: backendsRecord,
  bench: benchRecord,
} as const satisfies Readonly<Record<string, z.ZodType>>;
