import type { Figure } from '../figures/figure.js';
import { type FigureLayout, WIDE } from './chart.js';
import { chartSvg } from './chart-svg.js';
import { heatMapSvg } from './heat-map.js';

/** The picture of a figure as a self-contained SVG text on white. */
export function figureSvg(
  { panel, title, alternative }: Pick<Figure, 'panel' | 'title' | 'alternative'>,
  layout: FigureLayout = WIDE,
): string {
  const spoken = alternative === undefined ? title : `${title}. ${alternative}`;
  return panel.form === 'chart' ? chartSvg(panel, title, layout, spoken) : heatMapSvg(panel, title, layout);
}
