"""The other end of main/bench/protocol.ts: a peer answers requests, one JSON line each."""

import importlib
import json
import os
import platform
import sys
import time


def _answer(reply):
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()


def fail(reason, message):
    """Says why this peer can not go on, and ends. reason: package, device or failed."""
    _answer({"error": {"reason": reason, "message": str(message)}})
    sys.exit(0)


def need(name):
    """Imports a package, or says that it is missing."""
    try:
        return importlib.import_module(name)
    except Exception as problem:  # A half-installed package fails with an OSError.
        fail("package", f"{name} ({problem})")


def _peak_memory_mb():
    """The most resident memory this process held, in MiB; Linux alone keeps count."""
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
    except OSError:
        pass
    return None


def serve(tasks, device_mb=lambda: None):
    """tasks: name → function(spec) → (facts, work); work() does one round and gives its values.

    A work that times itself returns (milliseconds, values) instead.
    """
    work = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["do"] == "prepare":
                facts, work = tasks[request["task"]](request["spec"])
                _answer({"facts": {"python": platform.python_version(), **facts}})
            elif request["do"] == "round":
                started = time.perf_counter()
                values = work()
                elapsed = (time.perf_counter() - started) * 1000
                ms, values = values if isinstance(values, tuple) else (elapsed, values)
                _answer({"ms": ms, "values": values})
            else:
                used = device_mb()
                _answer({"rss_mb": _peak_memory_mb(), **({} if used is None else {"device_mb": used})})
                return
        except Exception as problem:
            fail("failed", f"{type(problem).__name__}: {problem}")


def torch_device(torch, wanted):
    """The CPU with all its cores, or the CUDA device for any device of ours that is a GPU."""
    if wanted == "cpu":
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        torch.set_num_threads(cores)
        return torch.device("cpu")
    if not torch.cuda.is_available():
        fail("device", f"PyTorch {torch.__version__} finds no CUDA device")
    # Convolutions would round factors to 10 bits unless told otherwise; matrix products do not.
    torch.backends.cudnn.allow_tf32 = False
    return torch.device("cuda")


def torch_facts(torch, device):
    name = {} if device.type == "cpu" else {"device": torch.cuda.get_device_name(device)}
    return {"torch": torch.__version__, "threads": torch.get_num_threads(), **name}


def fill(numpy, size, stream, bound=1.0):
    """The shared numbers of main/bench/fill.ts: `size` values spread evenly over ±bound."""

    def mix(x):
        x = (x ^ (x >> numpy.uint32(16))) * numpy.uint32(0x85EBCA6B)
        x = (x ^ (x >> numpy.uint32(13))) * numpy.uint32(0xC2B2AE35)
        return x ^ (x >> numpy.uint32(16))

    key = mix(numpy.array([stream + 1], dtype=numpy.uint32))
    words = mix(numpy.arange(size, dtype=numpy.uint32) ^ key)
    return (bound * ((words + 0.5) / 2**32 * 2 - 1)).astype(numpy.float32)


input_streams = 1_000_000
