"""Reads the float32 values of safetensors shards with NumPy, one file after another, and says how long that took.

    python3 latents.py FOLDER
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

files = sorted(Path(sys.argv[1]).glob("shard-*.safetensors"))
began = time.perf_counter()
values = 0
for path in files:
    with open(path, "rb") as file:
        header = int.from_bytes(file.read(8), "little")
    values += np.fromfile(path, np.float32, offset=8 + header).size
print(json.dumps({"seconds": time.perf_counter() - began, "values": values, "numpy": np.__version__}))
