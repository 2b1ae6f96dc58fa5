import { COMBINATIONS } from '../kernels/backends.js';

/** Backends beside the host that compute finite networks, each in its precisions, as far as they are here. */
export const DEVICES = COMBINATIONS.flatMap(({ backend, precision }) =>
  backend === 'tfjs' || backend === 'tensorflow' ? [[backend, precision] as const] : [],
);
