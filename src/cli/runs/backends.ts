import { listBackends } from '../../backend/select.js';
import { now } from '../../platform/clock.js';
import { nativeFacts } from '../../platform/native.js';
import { jsonText } from '../../report/formats/json.js';
import { commonRecord } from '../../report/record.js';
import type { BackendsRecord } from '../../report/records/backends.js';
import { backendsText } from '../../report/text/backends.js';
import { EXIT } from '../exit.js';
import type { ParsedArguments } from '../options/parsed.js';
import { print } from '../print.js';

/** Runs `ntk backends`. */
export async function runBackends(args: ParsedArguments): Promise<number> {
  const load = now();
  const backends = await listBackends();
  const native = await nativeFacts('auto');
  if (!args.switches.has('json')) {
    await print(backendsText(backends, native));
    return EXIT.done;
  }
  const stages = { load, check: now() - load };
  const head = {
    command: 'backends' as const,
    backend: null,
    precision: null,
    stages,
    architecture: null,
    inputs: [],
    warnings: [],
  };
  const record: BackendsRecord = { ...commonRecord(head), backends, native };
  await print(jsonText(record));
  return EXIT.done;
}
