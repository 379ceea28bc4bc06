"""Square matrix products of PyTorch on one device."""

import side

torch = side.need("torch")


def gemm(spec):
    device = side.torch_device(torch, spec["device"])
    size, count = spec["size"], spec["count"]
    dtype = torch.float16 if spec["precision"] == "mixed" else torch.float32
    left, *rights = (torch.rand(size, size, device=device).to(dtype) for _ in range(1 + count))

    def work():
        # Reading a number of each product waits for the device.
        return [sum((left @ right)[0, 0] for right in rights).item()]

    return side.torch_facts(torch, device), work


side.serve({"gemm": gemm})
