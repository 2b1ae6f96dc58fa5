/** A file of a model in another form: what it is, and how it becomes one that can be read. */
export interface ForeignModel {
  readonly got: string;
  readonly remedy: string;
}

const converted = (format: string, name: string): string =>
  `Convert it: tensorflowjs_converter --input_format=${format} ${name} FOLDER (pip install tensorflowjs), and give ` +
  'FOLDER/model.json.';

/** For weights without a network. */
const WEIGHTS =
  'Write its weights to an .npz file for --arch and --weights; the guide of models has a script that does it.';

/** Forms of models by their first bytes; of archives by what they hold. */
const FORMS: readonly (ForeignModel & { readonly start: string; readonly holds?: RegExp })[] = [
  {
    start: '\x89HDF\r\n\x1a\n',
    got: 'an HDF5 file, as Keras 2 saves models',
    remedy: converted('keras', 'MODEL.h5'),
  },
  {
    start: 'PK\x03\x04',
    holds: /metadata\.json|config\.json|model\.weights\.h5/,
    got: 'a .keras file of Keras 3',
    remedy: converted('keras_keras', 'MODEL.keras'),
  },
  {
    start: 'PK\x03\x04',
    holds: /data\.pkl/,
    got: 'a file of PyTorch',
    remedy: WEIGHTS,
  },
  {
    start: 'PK\x03\x04',
    holds: /\.npy/,
    got: 'an .npz file of arrays',
    remedy: 'Give weights of an architecture file by --arch and --weights.',
  },
  {
    start: '\x80',
    got: 'a pickle, as PyTorch saves weights',
    remedy: WEIGHTS,
  },
  {
    start: '\x08',
    got: 'a file of protocol buffers, as TensorFlow and ONNX save models',
    remedy: 'Save the Keras model that it comes from as .h5 or .keras, and convert that.',
  },
];

/**
 * Bytes of an archive that are looked through for the names of its files: at its head, and at its end, where they are
 * listed.
 */
const LOOKED = 2 ** 16;

/** What else the file of a model may be; null where its first bytes tell nothing. */
export function foreignModel(bytes: Uint8Array): ForeignModel | null {
  const text = (from: number, to: number): string => Buffer.from(bytes.subarray(from, to)).toString('latin1');
  const head = text(0, LOOKED);
  const tail = text(Math.max(0, bytes.length - LOOKED), bytes.length);
  const form = FORMS.find(
    ({ start, holds }) => head.startsWith(start) && (holds === undefined || holds.test(head) || holds.test(tail)),
  );
  return form ?? null;
}
