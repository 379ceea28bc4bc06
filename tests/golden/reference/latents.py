"""Statistics and outliers of small sets of heavy-tailed latents by NumPy and SciPy, in float64, to ../latents/*.json beside the values.

    python3 latents.py

Needs numpy and scipy (made with 2.4.6 and 1.17.1). The values are float32 safetensors, which are written here byte by byte.
"""

import json
import struct
from pathlib import Path

import numpy as np
from scipy import stats

folder = Path(__file__).parent.parent / "latents"


def heavy_tailed(rng: np.random.Generator, pictures: int, shape: tuple[int, int, int]) -> np.ndarray:
    """Student's t with few degrees of freedom, of another width and place in each channel, and one cell that is far out in most pictures."""
    x = rng.standard_t(3, (pictures, *shape))
    x *= rng.uniform(0.5, 4, (1, shape[0], 1, 1))
    x += rng.normal(0, 2, (1, shape[0], 1, 1))
    x[: 3 * pictures // 4, -1, 0, 1] += 60
    # Values that are the same, and zeros of both signs.
    x[1, 0, :2] = x[0, 0, :2]
    x[2, 0, 0, :3] = 0.0
    x[3, 0, 0, :3] = -0.0
    return x.astype(np.float32)


def describe(values: np.ndarray) -> dict:
    pictures, channels, height, width = values.shape
    x = values.astype(np.float64)
    described, z, inner, outer = [], np.zeros_like(x), np.zeros(x.shape, bool), np.zeros(x.shape, bool)
    for c in range(channels):
        flat = x[:, c].ravel()
        q1, median, q3 = np.quantile(flat, [0.25, 0.5, 0.75])
        mad = stats.median_abs_deviation(flat)
        fences = [[q1 - k * (q3 - q1), q3 + k * (q3 - q1)] for k in (1.5, 3)]
        inner[:, c] = (x[:, c] < fences[0][0]) | (x[:, c] > fences[0][1])
        outer[:, c] = (x[:, c] < fences[1][0]) | (x[:, c] > fences[1][1])
        z[:, c] = 0.6745 * (x[:, c] - median) / mad
        within = flat[~inner[:, c].ravel()]
        described.append(
            {
                "n": flat.size,
                "mean": flat.mean(),
                "std": flat.std(ddof=1),
                "min": flat.min(),
                "q1": q1,
                "median": median,
                "q3": q3,
                "max": flat.max(),
                "mad": mad,
                "kurtosis": stats.kurtosis(flat),
                "innerFences": fences[0],
                "outerFences": fences[1],
                "innerShare": inner[:, c].mean(),
                "outerShare": outer[:, c].mean(),
                "whiskers": [within.min(), within.max()],
            }
        )
    size = np.where(inner, np.abs(z), 0)
    elements = channels * height * width
    order = np.lexsort((np.arange(size.size), -size.ravel()))[: int(inner.sum())]
    worst = size.reshape(pictures, -1).argmax(1)
    counts = outer.reshape(pictures, -1).sum(1)
    by_share = np.lexsort((np.arange(pictures), -size.reshape(pictures, -1).max(1), -counts))
    return {
        "shape": [channels, height, width],
        "pictures": pictures,
        "channels": described,
        "elements": {"mean": x.mean(0).ravel().tolist(), "std": x.std(0, ddof=1).ravel().tolist()},
        # Picture and element of every value beyond the inner fences, the most extreme first; and z of the first ones.
        "outliers": [[int(i // elements), int(i % elements)] for i in order],
        "z": z.ravel()[order[:100]].tolist(),
        # Pictures, the worst first: index, values beyond the inner and the outer fences, element of the most extreme one.
        "worst": [
            [int(i), int(inner[i].sum()), int(counts[i]), int(worst[i]) if inner[i].any() else None] for i in by_share
        ],
        "cells": outer.sum(0).ravel().tolist(),
    }


def write(name: str, values: np.ndarray) -> None:
    folder.mkdir(exist_ok=True)
    header = json.dumps({"latents": {"dtype": "F32", "shape": values.shape, "data_offsets": [0, values.nbytes]}})
    header = header.ljust(-(-len(header) // 8) * 8).encode()
    (folder / f"{name}.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + values.tobytes())
    (folder / f"{name}.json").write_text(json.dumps(describe(values), default=float) + "\n")


rng = np.random.default_rng(7)
write("heavy-tailed", heavy_tailed(rng, 40, (4, 8, 8)))
# A number of values in a row that no power of two divides.
write("odd", heavy_tailed(rng, 23, (3, 3, 5)))
