import { openNpyPanels } from '../store/npy-panels.js';
import { accumulate, type CrossOperator } from './cross.js';
import { eachPanel } from './stored-check.js';

/**
 * Opens K(z, x) `[m, n]` in a `.npy` file as an operator, of which only panels are ever in memory.
 *
 * Throws DataError when the file holds no matrix of floating-point numbers.
 */
export async function storedCross(path: string): Promise<CrossOperator> {
  const panels = await openNpyPanels(path);
  const { isTransposed } = panels;
  const [m, n] = isTransposed ? [panels.columns, panels.rows] : [panels.rows, panels.columns];
  return {
    rows: m,
    columns: n,
    async apply(a, count) {
      const y = new Float64Array(count * m);
      await eachPanel(panels, (panel, first) => {
        const rows = panel.length / panels.columns;
        if (!isTransposed) {
          accumulate({ row: first, rows, column: 0, columns: n }, { values: panel, stride: n }, a, n, y, m);
          return;
        }
        for (let c = 0; c < count; c++) {
          for (let j = 0; j < rows; j++) {
            const share = a[c * n + first + j];
            for (let i = 0; i < m; i++) y[c * m + i] += share * panel[j * m + i];
          }
        }
      });
      return y;
    },
    close: () => panels.close(),
  };
}
