# SPDX-License-Identifier: MIT
"""Write tests/golden/kernels.txt: features of radial basis functions, computed with numpy only.

    python3 tests/golden/make_kernels.py

An independent path, written from NeuRBF's equations: distances to all centres at once, the inverse
of a covariance instead of a triangle of it, values in double. tests/test_kernel.c compares.

    case NAME dims form nearest features low high        form 0: inverse quadratic, 1: hat; high 0: no sines
    metric v..  /  centres v..  /  shapes v..  /  table v..
    x v..  /  y v..                                      one pair a point
"""
import pathlib

import numpy as np

OUT = pathlib.Path(__file__).resolve().parent / "kernels.txt"
CASES = [("plane", 2, 0, 4, 6, 0.125, 64), ("line", 1, 0, 2, 3, 0.5, 8), ("space", 3, 0, 8, 4, 0.25, 16),
         ("hat", 3, 1, 8, 5, 1, 8), ("share", 2, 0, 3, 2, 0, 0)]
KERNELS, POINTS = 24, 8


def text(values):
    return " ".join("%.9g" % v for v in np.ravel(values))


def shapes_of(random, dims, form):
    """Shapes as stored, and as full matrices or slopes."""
    if form == 1:
        slope = np.float32(random.uniform(0.5, 1.5, KERNELS))
        return slope, slope.astype(float)
    stored, full = [], []
    for _ in range(KERNELS):
        a = random.normal(size=(dims, dims)) * 0.4 + 0.3 * np.eye(dims)
        s = np.linalg.inv(a @ a.T + 0.02 * np.eye(dims)).astype(np.float32)
        triangle = s[np.triu_indices(dims)]
        matrix = np.zeros((dims, dims))
        matrix[np.triu_indices(dims)] = triangle
        matrix = matrix + matrix.T - np.diag(np.diag(matrix))
        stored.append(triangle)
        full.append(matrix)
    return np.array(stored), np.array(full)


def features(x, case, metric, centres, shapes, table):
    _, dims, form, nearest, n_features, low, high = case
    d = (x - centres) * metric
    order = np.argsort((d**2).sum(axis=1), kind="stable")[:nearest]
    d = d[order]
    if form == 1:
        phi = np.maximum(0, 1 - np.abs(d) * shapes[order][:, None]).prod(axis=1)
    else:
        phi = 1 / (1 + np.einsum("ki,kij,kj->k", d, shapes[order], d))
    share = phi / (phi.sum() + 1e-8)
    if high == 0:
        return share @ table[order]
    m = np.logspace(np.log2(low), np.log2(high), n_features, base=2)
    return (np.sin(share[:, None] * m) * table[order]).sum(axis=0)


def main():
    lines = []
    for number, case in enumerate(CASES):
        name, dims, form, nearest, n_features, low, high = case
        random = np.random.default_rng(number)
        metric = np.float32([1, 0.75, 0.5][:dims])
        centres = random.uniform(-1, 1, (KERNELS, dims)).astype(np.float32)
        stored, shapes = shapes_of(random, dims, form)
        table = random.normal(size=(KERNELS, n_features)).astype(np.float32)
        lines.append("case %s %d %d %d %d %g %g" % case)
        for key, values in (("metric", metric), ("centres", centres), ("shapes", stored), ("table", table)):
            lines.append(f"{key} {text(values)}")
        for _ in range(POINTS):
            x = random.uniform(-1, 1, dims).astype(np.float32)
            y = features(x.astype(float), case, metric.astype(float), centres.astype(float), shapes,
                         table.astype(float))
            lines += [f"x {text(x)}", f"y {text(y)}"]
    OUT.write_text("\n".join(lines) + "\n")


main()
