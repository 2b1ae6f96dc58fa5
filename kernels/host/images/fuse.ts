import {
  type ImageInstruction,
  type ImageValue,
  imageInputs,
  imageResults,
} from '../../../src/programme/images/instructions.js';
import { valueKey } from './writer.js';

type Of<K extends ImageInstruction['op']> = Extract<ImageInstruction, { op: K }>;

/**
 * Instructions that the host runs in one pass, so that a value is loaded and stored once a layer:
 * `layer`: a piecewise linear map, the tangent times its slope, and what the next window weighs.
 * `windows`: the window of the cosine distances, that of the tangent, and their sum.
 */
export type Fused =
  | {
      readonly op: 'layer';
      readonly map: Of<'piecewiseLinear'>;
      readonly product: Of<'productPlain'>;
      readonly weigh: Of<'weigh'> | null;
    }
  | {
      readonly op: 'windows';
      readonly window: Of<'window'>;
      readonly tangent: Of<'windowPlain'>;
      readonly covariance: Of<'plain'>;
      readonly sum: Of<'sumPlain'>;
    };

/** What the host runs: single instructions and fused ones. */
export type HostInstruction = ImageInstruction | Fused;

/** The parts of a fused instruction, or the instruction itself. */
export function partsOf(i: HostInstruction): readonly ImageInstruction[] {
  if (i.op === 'layer') return [i.map, i.product, ...(i.weigh === null ? [] : [i.weigh])];
  if (i.op === 'windows') return [i.window, i.tangent, i.covariance, i.sum];
  return [i];
}

/** Who makes and who reads each value of a list of instructions. */
class Uses {
  readonly #readers = new Map<string, number[]>();
  readonly #maker = new Map<string, number>();

  constructor(list: readonly ImageInstruction[]) {
    list.forEach((i, at) => {
      for (const v of imageInputs(i)) this.readers(v).push(at);
      for (const v of imageResults(i)) this.#maker.set(valueKey(v), at);
    });
  }

  readers(v: ImageValue): number[] {
    const found = this.#readers.get(valueKey(v)) ?? [];
    this.#readers.set(valueKey(v), found);
    return found;
  }

  maker(v: ImageValue): number {
    return this.#maker.get(valueKey(v)) ?? -1;
  }
}

const same = (a: ImageValue | null, b: ImageValue): boolean => a !== null && valueKey(a) === valueKey(b);

/** The layer that starts at instruction `at`, and the places of its parts. */
function layerAt(list: readonly ImageInstruction[], at: number, uses: Uses): [Fused, number[]] | null {
  const map = list[at];
  if (map.op !== 'piecewiseLinear' || map.value === null || map.slope === null) return null;
  const [reader, ...others] = uses.readers(map.slope);
  const product = list[reader];
  if (product?.op !== 'productPlain' || others.length > 0 || uses.maker(product.left) > at) return null;
  const weighing = uses.readers(map.value).find((r) => list[r].op === 'weigh');
  const weigh = weighing === undefined ? null : list[weighing];
  if (weighing === undefined || weigh?.op !== 'weigh')
    return [{ op: 'layer', map, product, weigh: null }, [at, reader]];
  return [{ op: 'layer', map, product, weigh }, [at, reader, weighing]];
}

/** The windows that end at instruction `at`, a sum of the tangent's window and the covariance behind it. */
function windowsAt(
  list: readonly ImageInstruction[],
  at: number,
  uses: Uses,
  tableOf: (step: number) => number | undefined,
  isEven: (value: number) => boolean,
): [Fused, number[]] | null {
  const sum = list[at];
  if (sum.op !== 'sumPlain' || sum.parts.length !== 2) return null;
  const makers = sum.parts.map((p) => uses.maker(p.of));
  if (makers.some((m) => m < 0) || sum.parts.some((p) => uses.readers(p.of).length !== 1)) return null;
  const tangent = makers.map((m) => list[m]).find((i) => i.op === 'windowPlain');
  const covariance = makers.map((m) => list[m]).find((i) => i.op === 'plain');
  if (tangent === undefined || covariance === undefined) return null;
  const place = uses.maker(covariance.of);
  const window = list[place];
  if (window?.op !== 'window' || tableOf(window.step) !== tableOf(tangent.step)) return null;
  if (!same(window.out, { form: 'distance', value: covariance.out.value })) return null;
  // A pixel takes cosine distances as they are, also where the self-kernels of images differ: then its covariance needs
  // a column.
  if (window.even && !isEven(covariance.out.value)) return null;
  const places = [place, ...makers, at];
  if (uses.readers(window.out).some((r) => r < at && !places.includes(r))) return null;
  return [{ op: 'windows', window, tangent, covariance, sum }, places];
}

/**
 * Joins what can be run in one pass; `tableOf` says which window steps read the same position pairs, `isEven` which
 * values have one deviation for all positions of all images.
 */
export function fuse(
  list: readonly ImageInstruction[],
  tableOf: (step: number) => number | undefined,
  isEven: (value: number) => boolean,
): readonly HostInstruction[] {
  const uses = new Uses(list);
  const result: (HostInstruction | null)[] = [...list];
  list.forEach((_, at) => {
    const layer = layerAt(list, at, uses);
    if (layer !== null) {
      for (const place of layer[1]) result[place] = null;
      result[at] = layer[0];
    }
    const windows = windowsAt(list, at, uses, tableOf, isEven);
    if (windows !== null) {
      for (const place of windows[1]) result[place] = null;
      result[at] = windows[0];
    }
  });
  return result.filter((i) => i !== null);
}
