import { doorOf } from '../backend/door.js';
import type { KernelJob } from '../backend/tile.js';
import { CompilerError, DeviceFullError } from '../errors.js';
import type { Computation, Prepared } from './computation.js';
import type { Planned } from './plan.js';

/** A job that is ready for its tiles. */
export interface Opened<C extends Computation = Computation> {
  /** What it was opened by: another plan than was asked for where that could not be compiled. */
  readonly planned: Planned<C>;
  readonly prepared: Prepared;
  readonly job: KernelJob;
  /** Side of the largest tile that may be asked of it. */
  readonly size: number;
}

/** Opens a job with the planned tiles, or with smaller ones where a device has no room for them. */
async function openFitting<C extends Computation>(planned: Planned<C>): Promise<Opened<C>> {
  const { backend, native, computation, plan } = planned;
  const { threads, tile } = plan;
  const prepared = computation.prepare(backend);
  const sizes = doorOf(backend, computation.kind).tileSizes.filter((size) => size < tile[0]);
  for (let size = tile[0]; ; ) {
    try {
      return { planned, prepared, job: await prepared.open({ threads, tile: [size, size], native }), size };
    } catch (error) {
      const next = sizes.shift();
      if (!(error instanceof DeviceFullError) || next === undefined) throw error;
      size = next;
    }
  }
}

/** Opens a job as it is planned; where it cannot be compiled, on `host`, with a word in the warnings of the plan. */
export async function openPlanned<C extends Computation>(planned: Planned<C>): Promise<Opened<C>> {
  try {
    const opened = await openFitting(planned);
    await planned.backend.compiling?.keep(planned.computation.work());
    return opened;
  } catch (error) {
    if (error instanceof CompilerError) return openFitting(await planned.instead(error));
    throw error;
  }
}
