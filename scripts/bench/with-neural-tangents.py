"""One case of cases.mjs by neural-tangents, as peer.mjs has it: `with-neural-tangents.py JOB.json`. Compilation is not timed.

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

    def compiled(work, *inputs):
        """Computes it again at each call; the inputs are arguments, as constants would be folded into the program."""
        program = jax.jit(work).lower(*inputs).compile()
        return lambda: jax.block_until_ready(program(*inputs))

    def seconds(work):
        start = time.perf_counter()
        result = work()
        return time.perf_counter() - start, result

    if job["kind"] == "analytic":
        how, shown = "jit", job["shown"]
        work = compiled(lambda a, b: kernel(a, b, "ntk"), x, z)
        work()
    else:
        _, parameters = init(jax.random.PRNGKey(0), (-1,) + x.shape[1:])
        found = []
        for method in METHODS:
            function = nt.empirical_ntk_fn(
                apply, trace_axes=(), vmap_axes=0, implementation=nt.NtkImplementation[method]
            )
            try:
                work = compiled(lambda a, p, f=function: f(a, None, p), x, parameters)
                work()
                found.append((seconds(work)[0], method, work))
            except Exception as error:  # Out of memory: another method may fit.
                print(f"{method}: {str(error)[:200]}", file=sys.stderr)
        _, how, work = min(found, key=lambda one: one[0])
    print(json.dumps({"program": f"neural-tangents {nt.__version__}, JAX {jax.__version__}, {how}"}), flush=True)
    for _ in sys.stdin:
        taken, result = seconds(work)
        numbers = np.asarray(result)
        numbers = numbers[:shown, :shown] if job["kind"] == "analytic" else numbers.reshape(-1)[:2]
        print(json.dumps({"seconds": taken, "entries": [float(v) for v in numbers.reshape(-1)]}), flush=True)


main()
