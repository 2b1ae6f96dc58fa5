"""One case of cases.mjs by neural-tangents: `with-neural-tangents.py JOB.json` prints one JSON object. Compilation is not timed.

The file must not be called neural_tangents.py: Python would import it as the library.
"""

import json
import sys
import time

METHODS = ("STRUCTURED_DERIVATIVES", "JACOBIAN_CONTRACTION")


def network(stax, layers, width, outputs):
    """The layers of an architecture file, in the words of stax; hidden layers have `width` units."""
    weighted = [at for at, layer in enumerate(layers) if layer["kind"] in ("dense", "conv")]
    made = []
    for at, layer in enumerate(layers):
        kind, std = layer["kind"], layer.get("weightStd", 1.0)
        last = bool(weighted) and at == weighted[-1] and outputs is not None
        units = outputs if last else width
        if kind == "dense":
            made.append(stax.Dense(units, W_std=std))
        elif kind == "conv":
            made.append(stax.Conv(units, tuple(layer["filter"]), padding="SAME", W_std=std))
        elif kind == "relu":
            made.append(stax.Relu())
        elif kind == "flatten":
            made.append(stax.Flatten())
        elif kind == "globalAvgPool":
            made.append(stax.GlobalAvgPool())
        elif kind == "residual":
            branch = network(stax, layer["branch"], width, None)
            made.append(stax.serial(stax.FanOut(2), stax.parallel(stax.Identity(), branch), stax.FanInSum()))
        else:
            raise ValueError(kind)
    return stax.serial(*made)


def main():
    with open(sys.argv[1], encoding="utf8") as file:
        job = json.load(file)
    import jax

    if job["precision"] == "f64":
        jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    import neural_tangents as nt
    import numpy as np
    from neural_tangents import stax

    kind = np.float64 if job["precision"] == "f64" else np.float32
    x = jnp.asarray(np.load(job["x"]).astype(kind))
    z = None if job["z"] is None else jnp.asarray(np.load(job["z"]).astype(kind))
    if job.get("peer"):
        x, z = x[: job["peer"]], z[: job["peer"]]
    outputs = job.get("outputs") or 1
    init, apply, kernel = network(stax, job["layers"], job.get("width") or 512, outputs)

    def timed(work, *inputs):
        """Seconds of each run, and the result; the inputs are arguments, as constants would be folded into the program."""
        compiled = jax.jit(work).lower(*inputs).compile()
        jax.block_until_ready(compiled(*inputs))
        seconds = []
        for _ in range(job["runs"]):
            start = time.perf_counter()
            result = jax.block_until_ready(compiled(*inputs))
            seconds.append(time.perf_counter() - start)
        return seconds, result

    if job["kind"] == "analytic":
        how = "jit"
        seconds, result = timed(lambda a, b: kernel(a, b, "ntk"), x, z)
    else:
        _, parameters = init(jax.random.PRNGKey(0), (-1,) + x.shape[1:])
        found = []
        for method in METHODS:
            function = nt.empirical_ntk_fn(
                apply, trace_axes=(), vmap_axes=0, implementation=nt.NtkImplementation[method]
            )
            try:
                found.append((*timed(lambda a, p, f=function: f(a, None, p), x, parameters), method))
            except Exception as error:  # Out of memory: another method may fit.
                print(f"{method}: {str(error)[:200]}", file=sys.stderr)
        seconds, result, how = min(found, key=lambda one: min(one[0]))
    flat = np.asarray(result).reshape(-1)[:2]
    program = f"neural-tangents {nt.__version__}, JAX {jax.__version__}, {how}"
    print(json.dumps({"program": program, "seconds": seconds, "entries": [float(v) for v in flat]}))


main()
