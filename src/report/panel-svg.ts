import { type FigureLayout, WIDE } from './chart.js';
import { chartSvg } from './chart-svg.js';
import type { Figure } from './figures/figure.js';
import { heatMapSvg } from './heat-map.js';

/** The picture of a figure as a self-contained SVG text on white. */
export function figureSvg({ panel, title }: Pick<Figure, 'panel' | 'title'>, layout: FigureLayout = WIDE): string {
  return panel.form === 'chart' ? chartSvg(panel, title, layout) : heatMapSvg(panel, title, layout);
}
