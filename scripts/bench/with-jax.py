"""JAX beside `ntk bench gpu`: the matrix product and the arc-cosine recursion entry by entry, in f32. Prints one JSON object.

The file must not be called jax.py: Python would import it as JAX.

usage: with-jax.py [--rows N] [--features D] [--products 1024x784,4096x784] [--depths 3,50] [--rounds 5]
"""

import argparse
import json
import sys
import time


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=16384)
    parser.add_argument("--features", type=int, default=784)
    parser.add_argument("--products", default="1024x784,2048x784,4096x784,8192x784,4096x4096")
    parser.add_argument("--depths", default="3,50")
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def main():
    chosen = options()
    import jax
    import jax.numpy as jnp
    import numpy as np
    from jax import lax

    lines = []

    def line(name, value, unit, how=""):
        lines.append({"name": name, "value": value, "unit": unit, "how": how})

    def least(work, *inputs):
        """Seconds of the first call, compilation included, and the least mean of some rounds of calls."""
        start = time.perf_counter()
        jax.block_until_ready(work(*inputs))
        first = time.perf_counter() - start
        best, calls = float("inf"), 1
        for _ in range(chosen.rounds):
            start = time.perf_counter()
            # One result is kept at a time: many of a large kernel would not fit.
            for _ in range(calls):
                result = work(*inputs)
            jax.block_until_ready(result)
            seconds = time.perf_counter() - start
            best = min(best, seconds / calls)
            calls = max(calls, min(64, int(0.2 / max(best, 1e-6))))
        return first, best

    def rows_of(count, features):
        rows = np.maximum(0, np.random.default_rng(1).random((count, features), dtype=np.float32) - 0.2)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    # `highest` computes in f32; the default may round the factors (to TF32 on GPUs of NVIDIA).
    precisions = {"f32": lax.Precision.HIGHEST, "default (TF32 on NVIDIA)": lax.Precision.DEFAULT}

    def product(x, z, precision):
        return jnp.matmul(x, z.T, precision=precision)

    def recursion(depth, precision, x):
        """NTK of the preset fc over unit rows, up to its factor: the whole matrix, each entry by itself."""
        u = jnp.clip(product(x, x, precision), -1.0, 1.0)
        ntk = u
        for _ in range(depth):
            angle = jnp.arccos(u)
            slope = 1.0 - angle / jnp.pi
            u = (jnp.sqrt(jnp.maximum(0.0, 1.0 - u * u)) + (jnp.pi - angle) * u) / jnp.pi
            ntk = ntk * slope + u
        return ntk

    # Where JAX finds no GPU the sizes of one would take many minutes.
    device = jax.devices()[0]
    small = device.platform == "cpu"
    products = "1024x784" if small and chosen.rows > 2048 else chosen.products
    n, d = min(chosen.rows, 2048) if small else chosen.rows, chosen.features
    for label, precision in precisions.items():
        for size in products.split(","):
            side, features = map(int, size.split("x"))
            both = jnp.asarray(rows_of(2 * side, features))
            x, z = both[:side], both[side:]
            _, seconds = least(jax.jit(lambda a, b, p=precision: product(a, b, p)), x, z)
            line(f"{label} product {side} x {side}, d = {features}", 2 * side * side * features / seconds / 1e9, "GFLOP/s")

    x = jnp.asarray(rows_of(n, d))
    for label, precision in precisions.items():
        _, whole = least(jax.jit(lambda a, p=precision: product(a, a, p)), x)
        line(f"{label} whole product", whole, "s", f"{n} rows, d = {d}; ntk bench gpu computes half of it")
        for depth in map(int, chosen.depths.split(",")):
            first, seconds = least(jax.jit(lambda a, p=precision, k=depth: recursion(k, p, a)), x)
            line(f"{label} product and recursion, depth {depth}", seconds, "s", "whole matrix, left on the device")
            line(f"{label} depth {depth} / whole product", seconds / whole, "")
            line(f"{label} depth {depth}, first call", first, "s", "compilation included")

    once = jax.jit(lambda a, k: product(a, a, lax.Precision.HIGHEST) + k)
    np.asarray(once(x, 0.0))
    best = float("inf")
    for k in range(chosen.rounds):
        result = jax.block_until_ready(once(x, float(k)))
        start = time.perf_counter()
        np.asarray(result)
        best = min(best, time.perf_counter() - start)
    line("read-back", 4 * n * n / best / 1e9, "GB/s", "a whole product into an array of NumPy")

    facts = {"platform": device.platform, "kind": device.device_kind}
    json.dump({"jax": jax.__version__, "python": sys.version.split()[0], "device": facts, "lines": lines}, sys.stdout)
    print()


main()
