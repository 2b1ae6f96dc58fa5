import { gzipSync } from 'node:zlib';
import { foreignFile } from '../../../src/data/foreign-file.js';
import { FOREIGN } from '../../../src/data/formats/foreign-table.js';
import { readInput, readLabels } from '../../../src/data/index.js';
import { openNpz } from '../../../src/data/npz-arrays.js';
import { DataError } from '../../../src/errors.js';
import { openNpyPanels } from '../../../src/store/npy-panels.js';
import { describe, expect, test } from '../../jest.js';
import { elements, npyDictionary, npyFile, npyOf, refused, temporaryFolder, zipFile } from '../fixtures.js';

const folder = temporaryFolder();

/** Bytes with others from a position on, zeros between. */
function placed(position: number, bytes: string | readonly number[], length = position + 64): Buffer {
  const content = Buffer.alloc(length);
  content.set(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, position);
  return content;
}

const text = (content: string): Buffer => Buffer.from(content, 'latin1');
const binary = (...bytes: readonly number[]): Buffer => placed(0, bytes, 64);

/** CRC-32C by a table, as it is written elsewhere. */
function crc32c(bytes: Uint8Array): number {
  const table = Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc % 2 === 1 ? ((crc >>> 1) ^ 0x82f63b78) >>> 0 : crc >>> 1;
    return crc;
  });
  return ~bytes.reduce((crc, byte) => table[(crc ^ byte) & 255] ^ (crc >>> 8), 0xffffffff) >>> 0;
}

/** A TFRecord whose first record has 5 bytes: its length, the masked checksum of that, and the record. */
function tfRecord(): Buffer {
  const start = Buffer.alloc(12);
  start.writeBigUInt64LE(5n);
  const crc = BigInt(crc32c(start.subarray(0, 8)));
  start.writeUInt32LE(Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn), 8);
  return Buffer.concat([start, Buffer.alloc(9)]);
}

/** A small file of each foreign format: its name, its bytes, what it is called, and a part of the remedy. */
const FILES: readonly (readonly [name: string, content: Uint8Array, what: string, remedy: string])[] = [
  ['x.mat', placed(0, 'MATLAB 5.0 MAT-file, Platform: GLNXA64', 200), 'a MATLAB file', "loadmat('FILE')['NAME']"],
  ['y.mat', placed(512, '\x89HDF\r\n\x1a\n').fill('MATLAB 7.3 MAT-file', 0, 19), 'a MATLAB file of version 7.3', '.T)'],
  ['x.h5', placed(0, '\x89HDF\r\n\x1a\n'), 'an HDF5 file', "h5py.File('FILE')['NAME'][()]"],
  ['x.nc', placed(0, 'CDF\x01'), 'a NetCDF file', 'xarray'],
  ['x.fits', text('SIMPLE  =                    T'), 'a FITS file', 'astropy'],
  ['x.nii', placed(344, 'n+1\0'), 'a NIfTI file', 'nibabel'],
  ['x.dcm', placed(128, 'DICM'), 'a DICOM file', 'pydicom'],
  ['x.RData', text('RDX3\nX\n\0\0\0\x03'), 'an RData file', "Rscript -e \"load('FILE')"],
  ['x.rds', binary(0x58, 0x0a, 0, 0, 0, 3), 'an RDS file of R', "readRDS('FILE')"],
  ['a.rds', text('A\n3\n262402\n197888\n'), 'an RDS file of R', "readRDS('FILE')"],
  ['x.mtx', text('%%MatrixMarket matrix array real general\n2 2\n'), 'a Matrix Market file', 'mmread'],
  ['x.parquet', placed(0, 'PAR1'), 'a Parquet file', "read_parquet('FILE')"],
  ['x.feather', placed(0, 'ARROW1\0\0'), 'an Arrow or Feather file', 'read_feather'],
  ['old.feather', placed(0, 'FEA1'), 'an Arrow or Feather file', 'read_feather'],
  ['x.arrow', binary(255, 255, 255, 255, 0x10, 1, 0, 0), 'an Arrow stream', 'open_stream'],
  ['x.xls', binary(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1), 'an old Excel file', 'read_excel'],
  ['x.db', placed(0, 'SQLite format 3\0'), 'a database of SQLite', 'read_sql'],
  ['x.sav', placed(0, '$FL2@(#)'), 'a file of SPSS', 'read_spss'],
  ['x.dta', text('<stata_dta><header>'), 'a file of Stata', 'read_stata'],
  ['x.arff', text('% made up\n@RELATION iris\n'), 'an ARFF file of Weka', 'loadarff'],
  [
    'old.pt',
    binary(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e),
    'a PyTorch file',
    'torch.load',
  ],
  ['batch', placed(0, '\x80\x02}q\x01(U\x0bbatch_labelq\x02'), 'a batch of CIFAR for Python', 'cifar-10-binary'],
  ['x.pkl', binary(0x80, 4, 0x95), 'a Python pickle', "pickle.load(open('FILE', 'rb'))"],
  ['zero.pkl', text('(lp0\n(lp1\n'), 'a Python pickle', 'pickle.load'],
  ['one.pkl', placed(0, '}q\0X\x01'), 'a Python pickle', 'pickle.load'],
  [
    'x.safetensors',
    Buffer.concat([Buffer.from('3800000000000000', 'hex'), text('{"a":{"dtype":"F32"}}')]),
    'a safetensors file',
    'load_file',
  ],
  ['x.tfrecord', tfRecord(), 'a TFRecord file', 'TFRecordDataset'],
  ['x.gguf', placed(0, 'GGUF\x03'), 'a GGUF file', 'numpy.save'],
  ['x.tflite', placed(4, 'TFL3'), 'a model (ONNX, TensorFlow or TFLite)', 'ntk empirical --model'],
  ['x.onnx', binary(8, 7, 18, 7), 'a model (ONNX, TensorFlow or TFLite)', 'ntk empirical --model'],
  ['x.png', placed(0, '\x89PNG\r\n\x1a\n'), 'a PNG image', "PIL.Image.open('FILE')"],
  ['x.jpg', binary(255, 0xd8, 255, 0xe0), 'a JPEG image', 'PIL.Image.open'],
  ['x.tif', placed(0, 'II*\0'), 'a TIFF image', 'PIL.Image.open'],
  ['y.tif', placed(0, 'MM\0*'), 'a TIFF image', 'PIL.Image.open'],
  ['x.gif', placed(0, 'GIF89a'), 'a GIF image', 'PIL.Image.open'],
  ['x.webp', placed(0, 'RIFF\0\0\0\0WEBP'), 'a WebP image', 'PIL.Image.open'],
  ['x.bmp', placed(0, 'BM'), 'a BMP image', 'PIL.Image.open'],
  ['x.pgm', text('P5\n# made up\n2 2\n255\n\x01\x02\x03\x04'), 'a PNM image', 'PIL.Image.open'],
  ['x.tar', placed(257, 'ustar'), 'a tar archive', "tar -xf 'FILE'"],
  ['x.7z', binary(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c), 'a 7z archive', "7z x 'FILE'"],
  ['x.xz', binary(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), 'an xz archive', 'xz -dk'],
  ['x.bz2', text('BZh91AY&SY'), 'a bzip2 archive', 'bzip2 -dk'],
  ['x.zst', binary(0x28, 0xb5, 0x2f, 0xfd), 'a zstd archive', 'zstd -d'],
  ['x.lz4', binary(4, 0x22, 0x4d, 0x18), 'an lz4 archive', 'lz4 -d'],
  ['x.rar', placed(0, 'Rar!\x1a\x07\x01'), 'a rar archive', 'unrar x'],
  ['gz.gz', gzipSync(gzipSync('1,2\n')), 'a gzip archive', "gzip -dk 'FILE', and"],
  ['K.json', text('{\n  "command": "kernel",\n  "format": "ntk-record/1"\n}'), 'a record of ntk', 'the matrix'],
  ['net.json', text('{ "format": "ntk-architecture/1", "layers": [] }'), 'an architecture of ntk', '--arch'],
  ['x.json', text('[[1, 2], [3, 4]]'), 'JSON', "json.load(open('FILE'))"],
  ['x.csv', text('{"a": 1}\n{"a": 2}\n'), 'JSON', 'json.load'],
  ['page.csv', text('\n<!DOCTYPE html><html>'), 'a page of the web (HTML)', 'Download the file itself'],
  [
    'lfs.npy',
    text('version https://git-lfs.github.com/spec/v1\noid sha256:00\n'),
    'a pointer of Git LFS',
    'git lfs pull',
  ],
  ['x.xml', text('<?xml version="1.0"?>'), 'XML', 'csv'],
  ['x.pdf', text('%PDF-1.7\n'), 'a PDF', 'csv'],
  ['wide.csv', binary(0xff, 0xfe, 0x31, 0, 0x2c, 0), 'text in UTF-16', 'iconv -f UTF-16'],
];

/** Archives in zip format, by the names of their members. */
const ZIPS: readonly (readonly [name: string, members: readonly string[], what: string, remedy: string])[] = [
  [
    'x.pt',
    ['archive/data.pkl', 'archive/data/0', 'archive/version'],
    'a PyTorch file',
    "torch.load('FILE', map_location='cpu')",
  ],
  ['x.xlsx', ['[Content_Types].xml', 'xl/workbook.xml'], 'an Excel workbook', "read_excel('FILE')"],
  ['x.keras', ['metadata.json', 'config.json', 'model.weights.h5'], 'a model of Keras', 'ntk empirical --model'],
  ['x.zip', ['data/x.csv'], 'an archive without any .npy, with "data/x.csv"', 'Unpack it'],
];

const empty = new Uint8Array([1]);

describe('a file of another format', () => {
  test.each(FILES.map(([name, content, what, remedy]) => ({ name, content, what, remedy })))(
    'as data, labels and stored kernel: $what ($name)',
    async ({ name, content, what, remedy }) => {
      const path = await folder.write(name, content);
      const parts = [`${path}: `, `got ${what}`, remedy.replace('FILE', path)];
      await refused(() => readInput(path), DataError, ...parts);
      await refused(() => readLabels(path), DataError, ...parts);
      await refused(() => openNpyPanels(path), DataError, 'must be a .npy file', ...parts);
      await refused(() => openNpz(path), DataError, 'must be an .npz archive', ...parts);
      expect(foreignFile(path)).toMatchObject({ what });
      if (name === 'gz.gz' || name.endsWith('.RData') || name.endsWith('.rds')) return;
      const packed = await folder.write(`${name}.gz`, gzipSync(content));
      await refused(() => readInput(packed), DataError, `got ${what}`);
    },
  );

  test.each(ZIPS)('%s, by its members', async (name, members, what, remedy) => {
    const path = await folder.write(name, zipFile(members.map((member) => ({ name: member, content: empty }))));
    await refused(() => readInput(path), DataError, `${path}: must hold`, `got ${what}`, remedy.replace('FILE', path));
  });

  test('the checksum of these tests is CRC-32C', () => {
    expect(crc32c(text('123456789'))).toBe(0xe3069283);
  });

  test('every entry of the table is among these', () => {
    const named = new Set([...FILES.map(([, , what]) => what), 'a zip archive, such as .npz']);
    expect(FOREIGN.map(({ what }) => what).filter((what) => !named.has(what))).toEqual([]);
  });

  test('a stored kernel in .npz is told how to take it out', async () => {
    const path = await folder.write('K.npz', zipFile([{ name: 'ntk.npy', content: npyOf([1, 1], [1]) }]));
    await refused(
      () => openNpyPanels(path),
      DataError,
      'got a zip archive, such as .npz',
      `numpy.load('${path}')['NAME']`,
    );
  });

  test('a name that means something to a shell or to Python does not go into the line', async () => {
    const path = await folder.write("it's $HOME.parquet", placed(0, 'PAR1'));
    await refused(() => readInput(path), DataError, "pandas.read_parquet('FILE')", "numpy.save('FILE.npy'");
  });

  test('is never told to write over itself', async () => {
    const path = await folder.write('h.npy', placed(0, '\x89HDF\r\n\x1a\n'));
    await refused(() => readInput(path), DataError, `numpy.save('${path.slice(0, -4)}-array.npy'`);
  });
});

describe('sparse and structured arrays', () => {
  const shape = npyFile(npyDictionary('<i8', [2]), elements('i8', [2, 2]));
  const one = npyOf([1], [1]);

  test.each([
    [['indices', 'indptr', 'format', 'shape', 'data']],
    [['row', 'col', 'format', 'shape', 'data']],
    [['offsets', 'format', 'shape', 'data']],
  ])('what scipy.sparse.save_npz writes: %j', async (names) => {
    const members = names.map((name) => ({ name: `${name}.npy`, content: name === 'shape' ? shape : one }));
    const path = await folder.write('sparse.npz', zipFile(members));
    await refused(() => readInput(path), DataError, 'a sparse matrix of SciPy', `load_npz('${path}').toarray()`);
    expect((await readInput(`${path}:data`)).shape).toEqual([1, 1]);
  });

  test('the structured array of the report names its fields and the line that makes numbers of them', async () => {
    await refused(
      () => readInput('test/fixtures/reports/structured.npy'),
      DataError,
      'a structured type (fields "x", "y")',
      "structured_to_unstructured(numpy.load('test/fixtures/reports/structured.npy'))",
    );
  });

  test('an array in an archive is loaded by its name', async () => {
    const objects = npyFile(npyDictionary('|O', [1]), elements('f8', [0]));
    const path = await folder.write('o.npz', zipFile([{ name: 'a.npy', content: objects }]));
    await refused(() => readInput(path), DataError, `numpy.load('${path}', allow_pickle=True)['a'].tolist()`);
  });

  test('the HDF5 file of the report is named as such', async () => {
    await refused(() => readInput('test/fixtures/reports/model.h5'), DataError, 'got an HDF5 file', '--model');
  });
});

describe('what only looks like another format is read', () => {
  test.each([
    ['BMI,age\n22,33\n', [1, 2]],
    ['X\n1\n2\n', [2, 1]],
    ['A\n2\n3\n', [2, 1]],
    ['P5 P6\n1 2\n3 4\n', [2, 2]],
    ['-1 2 3\n+1 4 5\n', [2, 3]],
    ['RDX3,b\n1,2\n', [1, 2]],
    ['\ufeffa,b\n1,2\n', [1, 2]],
  ])('%j', async (content, shape) => {
    expect((await readInput(await folder.write('c.csv', content))).shape).toEqual(shape);
  });
});
