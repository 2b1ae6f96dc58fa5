import type { Figure, FigureKind } from '../figure.js';
import { drawAngles } from './angles.js';
import { drawEigenvalues, drawRatios } from './eigenvalues.js';
import { drawError } from './error.js';
import { drawLayers } from './layers.js';
import { drawMean } from './mean.js';
import { type CompareData, comparisons, theOnly } from './record.js';

/** Figures of one comparison, by name. */
const OF_ONE: Readonly<Record<string, (record: CompareData) => Figure>> = {
  mean: drawMean,
  eigenvalues: drawEigenvalues,
  ratios: drawRatios,
  angles: drawAngles,
  layers: drawLayers,
};

/** Finite networks against the infinite one: the error of several records on the same axes, or more about one. */
export const compareFigure: FigureKind = {
  views: ['error', ...Object.keys(OF_ONE)],
  choices: [],
  async draw(files, { view }) {
    const records = comparisons(files);
    return view === 'error' ? drawError(records) : OF_ONE[view](theOnly(records, view));
  },
};
