"""Cases that the fuzzer has drawn (`npm run fuzz -- --dump cases.jsonl --seed S --count N`) against an independent evaluator.

    python test/fuzz/with-evaluators.py FOLDER cases.jsonl

FOLDER holds `ref.py`, a numpy evaluator in extended precision, and `ref_mp.py`, one with 50 digits: `kernel(architecture, x)` gives the NNGP and
the NTK. An entry may be off by 1e-11 of sqrt(K(x,x) K(z,z)), or by 4 times what rounding costs `reference`; where it is off by more, the
50 digits decide, since the first integrates elu in doubles.
"""
import json
import sys

import numpy as np

sys.path.insert(0, sys.argv[1])
import ref  # noqa: E402
import ref_mp  # noqa: E402

wrong = checked = skipped = decided = 0
for line in open(sys.argv[2]):
    case = json.loads(line)
    x = np.array(case["x"])
    try:
        nngp, ntk = ref.kernel(case["architecture"], x)
    except ValueError:
        # A sum with the data themselves, which the evaluator does not take.
        skipped += 1
        continue
    limit = max(1e-11, 4 * case["loss"])
    for name, truth in (("nngp", nngp), ("ntk", ntk)):
        if name not in case or truth is None:
            continue
        own = np.sqrt(np.abs(np.diag(truth)))
        scale = np.outer(own, own)
        error = np.abs(np.array(case[name]) - truth) / np.where(scale > 0, scale, 1)
        if not error.max() <= limit:
            i, j = np.unravel_index(error.argmax(), error.shape)
            exact = ref_mp.kernel(case["architecture"], x[[i, j]])[0 if name == "nngp" else 1]
            decided += 1
            if abs(case[name][i][j] - exact[0][1 if i != j else 0]) / scale[i, j] <= limit:
                continue
            wrong += 1
            print(case["index"], name, error.max(), "limit", limit, json.dumps(case["architecture"]["layers"])[:400])
    checked += 1
print(f"{checked} networks, {wrong} wrong, {decided} kernels decided by 50 digits, {skipped} that the evaluator does not take")
sys.exit(1 if wrong else 0)
