import { savedBy } from './foreign-code.js';
import {
  allOf,
  anyOf,
  bytesAt,
  holds,
  isSafetensors,
  isTfRecord,
  type Mark,
  named,
  startsWith,
  textLike,
} from './foreign-marks.js';

/** A format that is not read here, but known. */
export interface Foreign {
  /** What such a file is, as after "got". */
  readonly what: string;
  readonly mark: Mark;
  /**
   * How an array comes out of it, in whole sentences; `file` and `out` stand within single quotes of a line of code.
   */
  readonly remedy: (file: string, out: string) => string;
}

type Remedy = Foreign['remedy'];

/** A line of Python that saves an expression as .npy. */
const python =
  (modules: string, expression: (file: string) => string, hint = ''): Remedy =>
  (file, out) =>
    `Convert it: ${savedBy(modules, expression(file), out)}${hint}.`;

const NAME = ', NAME being that of the array';

/** A line for the shell that unpacks. */
const unpack =
  (command: string): Remedy =>
  (file) =>
    `Unpack it: ${command} '${file}', and give what comes out.`;

/** What a file is that is packed once more than is unpacked here. */
export const GZIP = 'a gzip archive';

const ARCHIVES: readonly Foreign[] = [
  {
    what: 'a tar archive',
    mark: bytesAt(257, 'ustar'),
    remedy: (file) =>
      `Unpack it: tar -xf '${file}', and give one file of it; of CIFAR take the binary version, ` +
      'cifar-10-binary.tar.gz.',
  },
  { what: 'a 7z archive', mark: startsWith([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]), remedy: unpack('7z x') },
  { what: 'an xz archive', mark: startsWith([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), remedy: unpack('xz -dk') },
  {
    what: 'a bzip2 archive',
    mark: allOf(startsWith('BZh'), bytesAt(4, [0x31, 0x41, 0x59, 0x26, 0x53, 0x59])),
    remedy: unpack('bzip2 -dk'),
  },
  { what: 'a zstd archive', mark: startsWith([0x28, 0xb5, 0x2f, 0xfd]), remedy: unpack('zstd -d') },
  { what: 'an lz4 archive', mark: startsWith([0x04, 0x22, 0x4d, 0x18]), remedy: unpack('lz4 -d') },
  { what: 'a rar archive', mark: startsWith('Rar!\x1a\x07'), remedy: unpack('unrar x') },
  { what: GZIP, mark: startsWith([0x1f, 0x8b]), remedy: unpack('gzip -dk') },
  {
    what: 'a zip archive, such as .npz',
    mark: startsWith('PK\x03\x04'),
    remedy: python('', (file) => `numpy.load('${file}')['NAME']`, NAME),
  },
];

const SCIENCE: readonly Foreign[] = [
  {
    what: 'a MATLAB file of version 7.3',
    mark: startsWith('MATLAB 7.3 MAT-file'),
    remedy: python('h5py', (file) => `h5py.File('${file}')['NAME'][()].T`, NAME),
  },
  {
    what: 'a MATLAB file',
    mark: anyOf(
      startsWith('MATLAB 5.0 MAT-file'),
      allOf(named(/\.mat$/i), (head) => head[3] === 0 && head[0] < 9),
    ),
    remedy: python('scipy.io', (file) => `scipy.io.loadmat('${file}')['NAME']`, NAME),
  },
  {
    what: 'an HDF5 file',
    mark: anyOf(...[0, 512, 1024, 2048].map((at) => bytesAt(at, '\x89HDF\r\n\x1a\n'))),
    remedy: (file, out) =>
      `${python('h5py', () => `h5py.File('${file}')['NAME'][()]`, NAME)(file, out)} A model of Keras is no data: ` +
      'see ntk empirical --help for --model.',
  },
  {
    what: 'a NetCDF file',
    mark: anyOf(startsWith('CDF\x01'), startsWith('CDF\x02'), startsWith('CDF\x05')),
    remedy: python('xarray', (file) => `xarray.open_dataset('${file}')['NAME'].to_numpy()`, NAME),
  },
  {
    what: 'a FITS file',
    mark: startsWith('SIMPLE  ='),
    remedy: python('astropy.io.fits', (file) => `astropy.io.fits.getdata('${file}').astype('float64')`),
  },
  {
    what: 'a NIfTI file',
    mark: anyOf(bytesAt(344, 'n+1\0'), bytesAt(4, 'n+2\0')),
    remedy: python('nibabel', (file) => `nibabel.load('${file}').get_fdata()`),
  },
  {
    what: 'a DICOM file',
    mark: bytesAt(128, 'DICM'),
    remedy: python('pydicom', (file) => `pydicom.dcmread('${file}').pixel_array`),
  },
  {
    what: 'an RData file',
    mark: anyOf(
      startsWith('RDX2\n'),
      startsWith('RDX3\n'),
      startsWith('RDA2\n'),
      startsWith('RDA3\n'),
      allOf(named(/\.(rdata|rda)$/i), anyOf(startsWith('BZh'), startsWith([0xfd, 0x37, 0x7a, 0x58]))),
    ),
    remedy: (file) =>
      `Convert it: Rscript -e "load('${file}'); write.csv(NAME, '${file}.csv', row.names = FALSE)"${NAME}.`,
  },
  {
    what: 'an RDS file of R',
    mark: anyOf(
      startsWith('X\n\0\0\0'),
      startsWith('B\n\x02\0\0\0'),
      startsWith('B\n\x03\0\0\0'),
      allOf(named(/\.rds$/i), anyOf(startsWith('A\n'), startsWith('BZh'), startsWith([0xfd, 0x37, 0x7a, 0x58]))),
    ),
    remedy: (file) => `Convert it: Rscript -e "write.csv(readRDS('${file}'), '${file}.csv', row.names = FALSE)".`,
  },
  {
    what: 'a Matrix Market file',
    mark: textLike(/^%%MatrixMarket/i),
    remedy: python('scipy.io', (file) => `scipy.sparse.csr_array(scipy.io.mmread('${file}')).toarray()`),
  },
];

const TABLES: readonly Foreign[] = [
  {
    what: 'a Parquet file',
    mark: startsWith('PAR1'),
    remedy: python('pandas', (file) => `pandas.read_parquet('${file}').to_numpy('float64')`),
  },
  {
    what: 'an Arrow or Feather file',
    mark: anyOf(startsWith('ARROW1'), startsWith('FEA1')),
    remedy: python('pandas', (file) => `pandas.read_feather('${file}').to_numpy('float64')`),
  },
  {
    what: 'an Arrow stream',
    mark: allOf(startsWith([0xff, 0xff, 0xff, 0xff]), (head) => head[7] === 0 && head.length > 8),
    remedy: python(
      'pyarrow.ipc',
      (file) => `pyarrow.ipc.open_stream(open('${file}', 'rb')).read_pandas().to_numpy('float64')`,
    ),
  },
  {
    what: 'an old Excel file',
    mark: startsWith([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
    remedy: python('pandas', (file) => `pandas.read_excel('${file}').to_numpy('float64')`),
  },
  {
    what: 'a database of SQLite',
    mark: startsWith('SQLite format 3\0'),
    remedy: python(
      'pandas, sqlite3',
      (file) => `pandas.read_sql('select * from NAME', sqlite3.connect('${file}')).to_numpy('float64')`,
      ', NAME being that of the table',
    ),
  },
  {
    what: 'a file of SPSS',
    mark: startsWith('$FL2'),
    remedy: python('pandas', (file) => `pandas.read_spss('${file}').to_numpy('float64')`),
  },
  {
    what: 'a file of Stata',
    mark: anyOf(
      startsWith('<stata_dta>'),
      allOf(named(/\.dta$/i), (head) => head[0] >= 0x69 && head[0] <= 0x73),
    ),
    remedy: python('pandas', (file) => `pandas.read_stata('${file}').to_numpy('float64')`),
  },
  {
    what: 'an ARFF file of Weka',
    mark: textLike(/^(%.*\s+)*@relation\s/i),
    remedy: (file) =>
      'Convert it: python3 -c "import pandas, scipy.io.arff; ' +
      `pandas.DataFrame(scipy.io.arff.loadarff('${file}')[0]).to_csv('${file}.csv', index=False)".`,
  },
];

const MODELS: readonly Foreign[] = [
  {
    what: 'a PyTorch file',
    mark: startsWith([0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]),
    remedy: torchRemedy,
  },
  {
    what: 'a batch of CIFAR for Python',
    mark: allOf(startsWith([0x80]), holds(/batch_label|fine_labels|filenames[\s\S]*\.png/)),
    remedy: () => 'Take the binary version of the data set: cifar-10-binary.tar.gz or cifar-100-binary.tar.gz.',
  },
  {
    what: 'a Python pickle',
    mark: anyOf(
      allOf(startsWith([0x80]), (head) => head[1] >= 2 && head[1] <= 5 && head.length > 2),
      textLike(/^([}\](]q\0|\([dl]p?\d+\n|c(numpy|copy_reg|builtins|__builtin__|pandas|torch)\b)/),
    ),
    remedy: python(
      'pickle',
      (file) => `numpy.asarray(pickle.load(open('${file}', 'rb')), dtype='float64')`,
      '; open only pickles of people whom you trust',
    ),
  },
  {
    what: 'a safetensors file',
    mark: isSafetensors,
    remedy: python('safetensors.numpy', (file) => `safetensors.numpy.load_file('${file}')['NAME']`, NAME),
  },
  {
    what: 'a TFRecord file',
    mark: isTfRecord,
    remedy: (_file, out) =>
      `Read it with tensorflow.data.TFRecordDataset, decode its examples, and write them with numpy.save('${out}', ` +
      '...).',
  },
  {
    what: 'a GGUF file',
    mark: startsWith('GGUF'),
    remedy: () => 'Save the array that you want with numpy.save.',
  },
  {
    what: 'a model (ONNX, TensorFlow or TFLite)',
    mark: anyOf(
      bytesAt(4, 'TFL3'),
      allOf(named(/\.(onnx|pb|tflite)$/i), (head) => head[0] < 32),
    ),
    remedy: () => 'Give data; ntk empirical --model takes the models that TensorFlow.js has saved.',
  },
];

const IMAGES: readonly Foreign[] = [
  ['a PNG image', startsWith('\x89PNG\r\n\x1a\n')],
  ['a JPEG image', startsWith([0xff, 0xd8, 0xff])],
  ['a TIFF image', anyOf(startsWith('II*\0'), startsWith('MM\0*'), startsWith('II+\0'), startsWith('MM\0+'))],
  ['a GIF image', anyOf(startsWith('GIF87a'), startsWith('GIF89a'))],
  ['a WebP image', allOf(startsWith('RIFF'), bytesAt(8, 'WEBP'))],
  ['a BMP image', allOf(startsWith('BM'), bytesAt(6, [0, 0, 0, 0]))],
  ['a PNM image', textLike(/^P[1-6][ \r\n\t]+(#.*\n)?\d+\s+\d+\s/)],
].map(([what, mark]) => ({
  what: what as string,
  mark: mark as Mark,
  remedy: python(
    'PIL.Image',
    (file) => `numpy.asarray(PIL.Image.open('${file}').convert('RGB'))[None]`,
    ', which gives [1, h, w, 3]; numpy.stack puts several of one size together',
  ),
}));

const TEXTS: readonly Foreign[] = [
  {
    what: 'a record of ntk',
    mark: allOf(textLike(/^\{/), holds(/"format":\s*"ntk-record\/1"/)),
    remedy: () => 'Give the matrix or the data that it names.',
  },
  {
    what: 'an architecture of ntk',
    mark: allOf(textLike(/^\{/), holds(/"format":\s*"ntk-architecture\/1"/)),
    remedy: () => 'Give it to --arch, and the data here.',
  },
  {
    what: 'JSON',
    mark: textLike(/^(\{\s*["}\r\n]|\[\s*[[{"\d\]-])/),
    remedy: python('json', (file) => `numpy.array(json.load(open('${file}')), dtype='float64')`, ', of a list of rows'),
  },
  {
    what: 'a page of the web (HTML)',
    mark: textLike(/^<(!doctype html|html|head|body)\b/i),
    remedy: () => 'Download the file itself; its server may have answered with a page instead.',
  },
  {
    what: 'a pointer of Git LFS',
    mark: textLike(/^version https:\/\/git-lfs\.github\.com\//),
    remedy: () => 'Fetch the file itself: git lfs pull.',
  },
  { what: 'XML', mark: textLike(/^<\?xml\b/), remedy: (file) => `Convert '${file}' to csv.` },
  { what: 'a PDF', mark: startsWith('%PDF-'), remedy: () => 'Give the data as .npy or csv.' },
  {
    what: 'text in UTF-16',
    mark: anyOf(startsWith([0xff, 0xfe]), startsWith([0xfe, 0xff])),
    remedy: (file) => `Convert it: iconv -f UTF-16 -t UTF-8 '${file}' > '${file}.csv'.`,
  },
];

function torchRemedy(file: string, out: string): string {
  const tensor = python('torch', (path) => `torch.load('${path}', map_location='cpu').detach().numpy()`);
  return tensor(file, out).replace(/\.$/, ', of a tensor.');
}

/** What an archive in zip format is, by the names of its members; null where it is just an archive. */
export function foreignArchive(members: readonly string[]): Pick<Foreign, 'what' | 'remedy'> | null {
  const has = (pattern: RegExp): boolean => members.some((name) => pattern.test(name));
  if (has(/(^|\/)data\.pkl$/)) return { what: 'a PyTorch file', remedy: torchRemedy };
  if (has(/^xl\//)) {
    return {
      what: 'an Excel workbook',
      remedy: python('pandas', (file) => `pandas.read_excel('${file}').to_numpy('float64')`),
    };
  }
  if (has(/^model\.weights\.h5$/)) {
    return {
      what: 'a model of Keras',
      remedy: () => 'Give data; ntk empirical --model takes the models that TensorFlow.js has saved.',
    };
  }
  return null;
}

/**
 * Every foreign format that is known, those of the surest mark first: containers of one kind of data before archives,
 * text last.
 */
export const FOREIGN: readonly Foreign[] = [...SCIENCE, ...TABLES, ...MODELS, ...IMAGES, ...ARCHIVES, ...TEXTS];
