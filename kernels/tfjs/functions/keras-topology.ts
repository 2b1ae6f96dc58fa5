import type { WeightEntry } from '../../../src/data/model-files.js';
import { DataError } from '../../../src/errors.js';
import { complaint } from '../../../src/message.js';
import { isJson, type Json } from './keras-json.js';
import { activationOf, rewrittenLayer } from './keras-layers.js';

/** Models inside a configuration. */
const MODELS = ['Model', 'Functional', 'Sequential'];
/** Number formats in which layers compute, all of which are float32 here. */
const FLOATS = ['float32', 'mixed_float16', 'mixed_bfloat16', 'float16', 'bfloat16'];

/** Rewrites the configuration of one file; layers of it are named in messages. */
class Rewriting {
  readonly #path: string;
  readonly #isKeras3: boolean;
  /** Classes of all layers that were met, by name. */
  readonly classes = new Map<string, string>();

  constructor(path: string, isKeras3: boolean) {
    this.#path = path;
    this.#isKeras3 = isKeras3;
  }

  #refuse(layer: string, got: string): DataError {
    const rule = 'must hold only what TensorFlow.js has in its layers';
    return new DataError(complaint(this.#path, rule, `${got} in the layer ${layer}`, 'Save the model without it.'));
  }

  /** A dtype, which Keras 3 writes as an object. */
  #dtype(layer: string, value: unknown): unknown {
    const policy = isJson(value) && isJson(value.config) ? value.config.name : value;
    if (typeof policy !== 'string' || policy === 'float64')
      throw this.#refuse(layer, `dtype ${JSON.stringify(policy)}`);
    return FLOATS.includes(policy) ? 'float32' : policy;
  }

  #activation(layer: string, value: unknown): unknown {
    const name = isJson(value) && value.class_name === 'function' ? value.config : value;
    if (typeof name !== 'string') return this.#value(layer, name);
    const known = activationOf(name, this.#isKeras3);
    if (known === null) throw this.#refuse(layer, `activation ${name} of Keras 3`);
    return known;
  }

  /** A value of a configuration: layers inside it are rewritten, tuples are lists. */
  #value(layer: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((one) => this.#value(layer, one));
    if (!isJson(value)) return value;
    if (value.class_name === '__tuple__' && Array.isArray(value.items)) return this.#value(layer, value.items);
    const { class_name: className, config } = value;
    if (typeof className === 'string' && isJson(config)) return this.layer(value);
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.#value(layer, one)]));
  }

  /**
   * Fields of a layer. Arrays are read from the file, so that no initialiser is needed, and penalties only matter to
   * training.
   */
  #config(layer: string, config: Json): Json {
    const fields = Object.entries(config).flatMap(([name, value]): (readonly [string, unknown])[] => {
      if (value === null) return [[name, null]];
      if (/_initializer$/.test(name)) return [[name, { class_name: 'Zeros', config: {} }]];
      if (/_(regularizer|constraint)$/.test(name)) return [[name, null]];
      if (name === 'batch_shape') return [['batch_input_shape', this.#value(layer, value)]];
      if (name === 'dtype') return [[name, this.#dtype(layer, value)]];
      if (/activation$/.test(name)) return [[name, this.#activation(layer, value)]];
      return [[name, this.#value(layer, value)]];
    });
    return Object.fromEntries(fields);
  }

  /**
   * Layer, call and output that made a tensor: TensorFlow.js counts the making of a model inside another as its first
   * call.
   */
  #history([layer, call, output]: readonly unknown[]): readonly unknown[] {
    const isModel = MODELS.includes(this.classes.get(String(layer)) ?? '');
    return [layer, Number(call) + (this.#isKeras3 && isModel ? 1 : 0), output];
  }

  /** Tensors in the arguments of a call: of Keras 3 objects that name the layer which made them. */
  #tensors(layer: string, argument: unknown): readonly unknown[] {
    if (Array.isArray(argument)) return argument.flatMap((one) => this.#tensors(layer, one));
    if (!isJson(argument)) throw this.#refuse(layer, `the argument ${JSON.stringify(argument)}`);
    const { class_name: className, config, items } = argument;
    if (className === '__tuple__') return this.#tensors(layer, items);
    const history = isJson(config) ? config.keras_history : undefined;
    if (className !== '__keras_tensor__' || !Array.isArray(history)) {
      throw this.#refuse(layer, `the argument ${JSON.stringify(argument).slice(0, 40)}`);
    }
    return [[...this.#history(history), {}]];
  }

  /** A call of a layer: of Keras 3 by its arguments, before that a list of tensors. */
  #node(layer: string, node: unknown): unknown {
    if (!isJson(node)) {
      const trained = JSON.stringify(node).includes('"training":true');
      if (trained) throw this.#refuse(layer, 'a call with training true');
      return node;
    }
    const { args, kwargs } = node;
    const named = Object.entries(isJson(kwargs) ? kwargs : {}).filter(
      ([, value]) => value !== null && value !== false && JSON.stringify(value) !== '[]',
    );
    if (named.length > 0)
      throw this.#refuse(layer, `a call with ${named[0][0]} ${JSON.stringify(named[0][1]).slice(0, 40)}`);
    return this.#tensors(layer, args);
  }

  /** Ends of a model: one of them may stand without a list around it. */
  #ends(ends: unknown): unknown {
    if (isJson(ends)) return Object.values(ends).flatMap((end) => this.#ends(end) as unknown[]);
    if (!Array.isArray(ends)) return ends;
    const all: readonly unknown[] = typeof ends[0] === 'string' ? [ends] : ends;
    return all.map((end) => (Array.isArray(end) ? this.#history(end) : end));
  }

  #model(className: string, config: unknown): unknown {
    if (Array.isArray(config)) return config.map((layer) => this.layer(layer));
    if (!isJson(config)) return config;
    if (Array.isArray(config.layers)) for (const layer of config.layers) this.#meet(layer);
    const layers = Array.isArray(config.layers) ? config.layers.map((layer) => this.layer(layer)) : config.layers;
    const { dtype: _dtype, build_input_shape: _shape, ...rest } = config;
    if (className === 'Sequential') return { ...rest, layers };
    return {
      ...rest,
      layers,
      input_layers: this.#ends(config.input_layers),
      output_layers: this.#ends(config.output_layers),
    };
  }

  /** Keeps the class of a layer by its name, which it gives. */
  #meet(layer: unknown): string {
    const { class_name: className, config, name } = isJson(layer) ? layer : {};
    const own = name ?? (isJson(config) ? config.name : undefined) ?? className;
    this.classes.set(String(own), String(className));
    return String(own);
  }

  /** A layer, or a model in its place. */
  layer(layer: unknown): unknown {
    if (!isJson(layer) || typeof layer.class_name !== 'string') return layer;
    const { class_name: className, config } = layer;
    const name = this.#meet(layer);
    const nodes = Array.isArray(layer.inbound_nodes)
      ? { inbound_nodes: layer.inbound_nodes.map((node) => this.#node(name, node)) }
      : {};
    const named = 'name' in layer ? { name: layer.name } : {};
    if (MODELS.includes(className)) {
      return { class_name: className, config: this.#model(className, config), ...named, ...nodes };
    }
    const rewritten = rewrittenLayer(className, isJson(config) ? this.#config(name, config) : {}, this.#isKeras3);
    if (rewritten.refused !== undefined) throw this.#refuse(name, rewritten.refused);
    return { class_name: rewritten.className ?? className, config: rewritten.config ?? {}, ...named, ...nodes };
  }
}

/** The name of an array as the layers of TensorFlow.js have it: the layer, and what the array is in it. */
function weightName(name: string, classes: ReadonlyMap<string, string>): string {
  const parts = name.split('/');
  const at = parts.findIndex(
    (part, k) => k < parts.length - 1 && classes.has(part) && !MODELS.includes(classes.get(part) ?? ''),
  );
  if (at < 0) return name;
  const own = parts.slice(at);
  const isOfChannels = classes.get(parts[at]) === 'DepthwiseConv2D' && own.at(-1) === 'kernel';
  return isOfChannels ? [...own.slice(0, -1), 'depthwise_kernel'].join('/') : own.join('/');
}

/** The version of Keras that wrote a model; `tfjs-layers ...` where TensorFlow.js did. */
export const kerasVersion = (topology: Json): string => String(topology.keras_version ?? '');

/**
 * The layers of a model and the names of its arrays, as Keras 2 or 3 writes them, in the form that TensorFlow.js reads.
 */
export function rewrittenModel(
  path: string,
  topology: Json,
  entries: readonly WeightEntry[],
): { readonly topology: Json; readonly entries: readonly WeightEntry[] } {
  const isKeras3 = /^3/.test(kerasVersion(topology));
  const rewriting = new Rewriting(path, isKeras3);
  const { model_config: inner } = topology;
  const config = isJson(inner) ? { model_config: rewriting.layer(inner) } : (rewriting.layer(topology) as Json);
  return {
    topology: { ...topology, ...config },
    entries: entries.map((entry) => ({ ...entry, name: weightName(entry.name, rewriting.classes) })),
  };
}
