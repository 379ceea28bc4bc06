"""Matrix products of PyTorch on one device."""

import time

import side

torch = side.need("torch")


def gemm(spec):
    device = side.torch_device(torch, spec["device"])
    dtype = torch.float16 if spec["precision"] == "mixed" else torch.float32
    size, count = spec["size"], spec["perRun"]
    a = torch.rand(size, size, device=device, dtype=dtype)
    b = [torch.rand(size, size, device=device, dtype=dtype) for _ in range(count)]

    def work():
        started = time.perf_counter()
        for other in b:
            product = a @ other
        product[0, 0].item()
        ms = (time.perf_counter() - started) * 1000 / count
        return ms, [ms]

    return side.torch_facts(torch, device), work


side.serve({"gemm": gemm})
