"""SciPy beside `ntk bench eigs`: top eigenpairs of a stored symmetric matrix by ARPACK. Prints one JSON object.

The file must not be called scipy.py: Python would import it as SciPy.

usage: with-scipy.py K.npy [--counts 20,100] [--tol 1e-10] [--rounds 3]
"""

import argparse
import json
import sys
import time


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("matrix")
    parser.add_argument("--counts", default="20,100")
    parser.add_argument("--tol", type=float, default=1e-10)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def main():
    chosen = options()
    import numpy as np
    import scipy
    from scipy.sparse.linalg import LinearOperator, eigsh

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
    json.dump({"scipy": scipy.__version__, "python": sys.version.split()[0], "lines": lines}, sys.stdout)
    print()


main()
