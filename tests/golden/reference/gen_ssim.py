"""SSIM of pairs of small pictures by scikit-image, to ../ssim.json. Needs PyPI's scikit-image (made with 0.26.0)."""

import base64
import json
from pathlib import Path

import numpy as np
from skimage.metrics import structural_similarity

rng = np.random.default_rng(11)


def smooth(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    planes = [127 + 100 * np.sin((k + 1) * x / 9 + y / (5 + k)) for k in range(3)]
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)


def noisy(picture: np.ndarray, deviation: float) -> np.ndarray:
    return np.clip(picture + rng.normal(0, deviation, picture.shape), 0, 255).astype(np.uint8)


base = smooth(24, 20)
pairs = {
    "equal": (base, base),
    "little noise": (base, noisy(base, 4)),
    "much noise": (base, noisy(base, 60)),
    "brighter": (base, np.clip(base.astype(int) + 30, 0, 255).astype(np.uint8)),
    "negative": (base, 255 - base),
    "unrelated": (rng.integers(0, 256, (11, 13, 3)).astype(np.uint8), rng.integers(0, 256, (11, 13, 3)).astype(np.uint8)),
    "flat and flat": (np.full((12, 12, 3), 10, np.uint8), np.full((12, 12, 3), 12, np.uint8)),
}

result = []
for name, (a, b) in pairs.items():
    value = structural_similarity(
        a, b, data_range=255, channel_axis=-1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
    )
    encode = lambda picture: base64.b64encode(picture.tobytes()).decode()
    result.append({"name": name, "columns": a.shape[1], "a": encode(a), "b": encode(b), "ssim": float(value)})
(Path(__file__).parent.parent / "ssim.json").write_text(json.dumps(result) + "\n")
