"""Files for tests/golden/safetensors.test.ts, both ways.

    python3 gen_safetensors.py write   # safetensors/python-*.safetensors and what is in them (python.json)
    python3 gen_safetensors.py read    # what Python reads from safetensors/studio-*.safetensors (studio.json)

Needs PyPI's safetensors, numpy and ml_dtypes (made with 0.8.0, 2.4.6 and 0.6.0). `studio-*.safetensors` are written by the test
itself when CAUCHY_WRITE_GOLDEN=1.
"""

import json
import struct
import sys
from pathlib import Path

import ml_dtypes
import numpy as np
import safetensors
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

folder = Path(__file__).parent.parent / "safetensors"
types = {"F32": np.float32, "F16": np.float16, "BF16": ml_dtypes.bfloat16}


def bits(array: np.ndarray) -> list[int]:
    """The float32 bits of each value, in order: exact, and JSON has no NaN."""
    with np.errstate(invalid="ignore"):
        return array.astype(np.float32).reshape(-1).view(np.uint32).tolist()


def describe(path: Path) -> dict:
    tensors = load_file(path)
    names = {array.dtype.type: name for name, array in ((k, np.zeros(0, v)) for k, v in types.items())}
    with safe_open(path, framework="np") as file:
        metadata = file.metadata()
    return {
        "metadata": metadata or {},
        "tensors": {
            name: {"dtype": names[array.dtype.type], "shape": list(array.shape), "bits": bits(array)}
            for name, array in sorted(tensors.items())
        },
    }


def write() -> None:
    rng = np.random.default_rng(5)
    described = {}
    for dtype, numpy_type in types.items():
        edges = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1e-7, 65504, 1 / 3, -2.5], np.float32)
        tensors = {
            "weight": rng.standard_normal((3, 2, 2, 5)).astype(numpy_type),
            "edges": edges.astype(numpy_type),
            "scalar": np.array(0.18215, numpy_type),
            "empty": np.zeros((0, 4), numpy_type),
            "β/漢字 🎨 \"quoted\" \\ \n": rng.standard_normal(3).astype(numpy_type),
            "__proto__": np.array([1, 2], numpy_type),
        }
        path = folder / f"python-{dtype.lower()}.safetensors"
        save_file(tensors, path, metadata={"format": "pt", "ü": "ключ", "empty": ""})
        described[path.name] = describe(path)
    # Types that the studio refuses to read, beside one that it reads.
    path = folder / "python-others.safetensors"
    save_file({"kept": np.ones(2, np.float32), "steps": np.arange(3, dtype=np.int64), "on": np.array([True])}, path)
    (folder / "python.json").write_text(json.dumps(described, ensure_ascii=False) + "\n")


def read() -> None:
    described = {path.name: describe(path) for path in sorted(folder.glob("studio-*.safetensors"))}
    # The data must begin at a multiple of 8, and each tensor at a multiple of the size of its values.
    for path in folder.glob("studio-*.safetensors"):
        (length,) = struct.unpack("<Q", path.read_bytes()[:8])
        assert length % 8 == 0
        header = json.loads(path.read_bytes()[8 : 8 + length])
        for name, entry in header.items():
            if name != "__metadata__":
                assert entry["data_offsets"][0] % (4 if entry["dtype"] == "F32" else 2) == 0
    described["safetensors"] = safetensors.__version__
    (folder / "studio.json").write_text(json.dumps(described, ensure_ascii=False) + "\n")


{"write": write, "read": read}[sys.argv[1]]()
