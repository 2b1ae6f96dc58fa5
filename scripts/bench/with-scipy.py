"""SciPy beside `ntk bench eigs`: top eigenpairs of a stored symmetric matrix by ARPACK. Prints one JSON object.

The file must not be called scipy.py: Python would import it as SciPy.

usage: with-scipy.py K.npy [--counts 20,100] [--tol 1e-10] [--rounds 3], or --cores: what its OpenBLAS computes with
"""

import argparse
import ctypes
import json
import re
import sys
import time


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("matrix", nargs="?")
    parser.add_argument("--cores", action="store_true")
    parser.add_argument("--counts", default="20,100")
    parser.add_argument("--tol", type=float, default=1e-10)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def told(library, what):
    """What an OpenBLAS says of itself, under the names that its builds give its functions; None where it does not."""
    for prefix, suffix in (("", ""), ("scipy_", ""), ("", "64_"), ("scipy_", "64_")):
        try:
            function = getattr(library, f"{prefix}openblas_get_{what}{suffix}")
        except AttributeError:
            continue
        function.restype = ctypes.c_char_p
        return function().decode()
    return None


def cores():
    """Each OpenBLAS that NumPy and SciPy brought into this process: its version, and the core whose kernels it takes."""
    try:
        with open("/proc/self/maps", encoding="utf8") as file:
            paths = sorted(set(re.findall(r"(/\S*openblas\S*)$", file.read(), re.MULTILINE)))
    except OSError:
        return []
    libraries = [ctypes.CDLL(path) for path in paths]
    found = [(told(library, "config"), told(library, "corename")) for library in libraries]
    return [{"version": " ".join(config.split()[:2]), "core": core} for config, core in found if config and core]


def main():
    chosen = options()
    import numpy as np
    import scipy
    from scipy.sparse.linalg import LinearOperator, eigsh

    if chosen.cores:
        print(json.dumps(cores()))
        return
    matrix = np.load(chosen.matrix).astype(np.float64)
    n = len(matrix)
    start = np.random.default_rng(1).standard_normal(n)
    lines = []
    for k in map(int, chosen.counts.split(",")):
        best = float("inf")
        for _ in range(chosen.rounds):
            count = 0

            def product(x):
                nonlocal count
                count += 1
                return matrix @ x

            began = time.perf_counter()
            values, vectors = eigsh(LinearOperator((n, n), matvec=product), k=k, which="LA", tol=chosen.tol, v0=start)
            best = min(best, time.perf_counter() - began)
        residuals = np.linalg.norm(matrix @ vectors - vectors * values, axis=0)
        residual = float(np.max(residuals) / np.max(np.abs(values)))
        lines.append({"k": k, "seconds": best, "products": count, "residual": residual, "smallest": float(values[0])})
    facts = {"scipy": scipy.__version__, "python": sys.version.split()[0], "blas": cores()}
    json.dump({**facts, "lines": lines}, sys.stdout)
    print()


main()
