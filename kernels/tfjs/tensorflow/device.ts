import type { Tensor } from '../tensors.js';
import type { Attribute, Binding, OutputInfo } from './binding.js';

/** A tensor of TensorFlow. */
export class DeviceTensor implements Tensor {
  readonly id: number;
  readonly shape: readonly number[];
  readonly size: number;
  readonly dtype: number;
  readonly #device: TensorflowDevice;
  #held = true;

  constructor(device: TensorflowDevice, { id, shape, dtype }: OutputInfo) {
    this.#device = device;
    this.id = id;
    this.shape = shape;
    this.dtype = dtype;
    this.size = shape.reduce((product, n) => product * n, 1);
  }

  /** Whether it lies on that device. */
  isOn(device: TensorflowDevice): boolean {
    return this.#device === device;
  }

  dispose(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#device.delete(this.id);
  }
}

/** What a device holds and has done. */
export interface DeviceCounts {
  /** Tensors that are held, but for constants. */
  readonly tensors: number;
  /** Numbers in constants of operations that are kept. */
  readonly constants: number;
  /** Times that numbers were read back so far. */
  readonly reads: number;
}

/** TensorFlow's operations, with scopes at whose end what was made in them is given back. */
export class TensorflowDevice {
  readonly binding: Binding;
  readonly #scopes: DeviceTensor[][] = [];
  #tensors = 0;
  #constants = 0;
  #reads = 0;

  constructor(binding: Binding) {
    this.binding = binding;
  }

  get counts(): DeviceCounts {
    return { tensors: this.#tensors - this.#constants, constants: this.#constants, reads: this.#reads };
  }

  /** Takes a tensor of the binding in; it is given back at the end of the scope. */
  own(info: OutputInfo): DeviceTensor {
    const tensor = new DeviceTensor(this, info);
    this.#tensors += 1;
    this.#scopes.at(-1)?.push(tensor);
    return tensor;
  }

  /** Keeps a tensor as a constant: it is in no scope, and stays. */
  constant(make: () => DeviceTensor): DeviceTensor {
    const scope: DeviceTensor[] = [];
    let made: DeviceTensor | null = null;
    this.#scopes.push(scope);
    try {
      made = make();
      this.#constants += 1;
      return made;
    } finally {
      this.#scopes.pop();
      for (const tensor of scope) if (tensor !== made) tensor.dispose();
    }
  }

  delete(id: number): void {
    this.#tensors -= 1;
    this.binding.deleteTensor(id);
  }

  upload(values: Float32Array | Int32Array, shape: readonly number[]): DeviceTensor {
    const { TF_FLOAT, TF_INT32 } = this.binding;
    const dtype = values instanceof Float32Array ? TF_FLOAT : TF_INT32;
    return this.own({ id: this.binding.createTensor(shape, dtype, values), shape: [...shape], dtype });
  }

  /** Runs an operation; types of inputs need no attribute. */
  run(name: string, inputs: readonly DeviceTensor[], attributes: readonly Attribute[] = []): DeviceTensor {
    return this.runAll(name, inputs, attributes, 1)[0];
  }

  runAll(
    name: string,
    inputs: readonly DeviceTensor[],
    attributes: readonly Attribute[],
    outputs: number,
  ): DeviceTensor[] {
    const ids = inputs.map(({ id }) => id);
    return this.binding.executeOp(name, attributes, ids, outputs).map((info) => this.own(info));
  }

  /** Waits for a tensor of singles, positions or booleans, and reads it. */
  read({ id }: DeviceTensor): Float32Array | Int32Array | Uint8Array {
    this.#reads += 1;
    return this.binding.tensorDataSync(id);
  }

  type(name: string, dtype: number): Attribute {
    return { name, type: this.binding.TF_ATTR_TYPE, value: dtype };
  }

  flag(name: string, value: boolean): Attribute {
    return { name, type: this.binding.TF_ATTR_BOOL, value };
  }

  whole(name: string, value: number | readonly number[]): Attribute {
    return { name, type: this.binding.TF_ATTR_INT, value };
  }

  text(name: string, value: string): Attribute {
    return { name, type: this.binding.TF_ATTR_STRING, value };
  }

  /** Gives back what `act` made but for what it returns; that goes to the scope around. */
  tidy<T>(act: () => T): T {
    const made: DeviceTensor[] = [];
    this.#scopes.push(made);
    let kept: ReadonlySet<DeviceTensor> = new Set();
    try {
      const result = act();
      kept = tensorsIn(result);
      return result;
    } finally {
      this.#scopes.pop();
      for (const tensor of made) {
        if (kept.has(tensor)) this.#scopes.at(-1)?.push(tensor);
        else tensor.dispose();
      }
    }
  }
}

/** All tensors in a value, its arrays and its objects. */
function tensorsIn(value: unknown): Set<DeviceTensor> {
  const found = new Set<DeviceTensor>();
  const seen = new Set<object>();
  const visit = (part: unknown): void => {
    if (part instanceof DeviceTensor) found.add(part);
    else if (typeof part === 'object' && part !== null && !ArrayBuffer.isView(part) && !seen.has(part)) {
      seen.add(part);
      for (const inner of Object.values(part)) visit(inner);
    }
  };
  visit(value);
  return found;
}
