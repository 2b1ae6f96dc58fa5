/**
 * Rooms, imports, cycles, sizes and names of a checkout, from its sources alone:
 * `scripts/house [CHECKOUT ...] [--json]`.
 *
 * Several checkouts stand beside each other as one table. `--step-type NAME`, `--steps A,B` and `--maps A,B` name what
 * is looked for where the type of the steps has another name, or no types tell.
 */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type House, measureHouse } from './measures/house.js';
import { comparisonText, houseText } from './measures/text.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function print(checkouts: readonly string[], houses: readonly House[], json: boolean): void {
  if (json) console.log(JSON.stringify(houses.length === 1 ? houses[0] : houses, null, 2));
  else if (houses.length === 1) console.log(houseText(houses[0]));
  else
    console.log(
      comparisonText(
        checkouts.map((one) => basename(resolve(one))),
        houses,
      ),
    );
  for (const [k, { steps, maps }] of houses.entries()) {
    if (steps.length === 0)
      console.error(
        `house: ${checkouts[k]}: no type of the steps was found. Name it with --step-type, or the steps with --steps.`,
      );
    if (maps.length === 0)
      console.error(`house: ${checkouts[k]}: no type of the maps was found. Name them with --maps.`);
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    'step-type': { type: 'string', default: 'Step' },
    steps: { type: 'string' },
    maps: { type: 'string' },
  },
});
const checkouts = positionals.length === 0 ? [ROOT] : positionals;
const without = checkouts.find((checkout) => !existsSync(join(checkout, 'src')));
if (without !== undefined) {
  console.error(`house: ${without}: must be a checkout, got no folder src in it. Name its root.`);
  process.exitCode = 2;
} else {
  const options = { stepType: values['step-type'], steps: values.steps?.split(','), maps: values.maps?.split(',') };
  print(
    checkouts,
    checkouts.map((checkout) => measureHouse(checkout, options)),
    values.json,
  );
}
