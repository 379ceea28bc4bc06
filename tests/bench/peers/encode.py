"""Encoding PNG files, or pixels that were read before, in PyTorch; Pillow reads the next batch meanwhile."""

from concurrent.futures import ThreadPoolExecutor

import side

torch = side.need("torch")
numpy = side.need("numpy")
image = side.need("PIL.Image")

import vae as vaes  # noqa: E402  (needs torch)


def encode(spec):
    device = side.torch_device(torch, spec["device"])
    vae = vaes.build(spec["vae"], device)
    paths, batch = spec["paths"], spec["batch"]

    def read(path):
        return numpy.asarray(image.open(path).convert("RGB"))

    known = {path: read(path) for path in paths} if spec["from"] == "pixels" else {}

    def load(start):
        chosen = paths[start : start + batch]
        pictures = numpy.stack([known[path] if path in known else read(path) for path in chosen])
        return torch.from_numpy(pictures).permute(0, 3, 1, 2)

    @torch.inference_mode()
    def work():
        latents = []
        with ThreadPoolExecutor(1) as ahead:
            following = ahead.submit(load, 0)
            for start in range(0, len(paths), batch):
                pictures = following.result()
                following = ahead.submit(load, start + batch) if start + batch < len(paths) else following
                latents.append(vae.encode(pictures.to(device).float() / 127.5 - 1).cpu())
        return [torch.cat(latents).abs().double().mean().item()]

    return side.torch_facts(torch, device), work


side.serve({"encode": encode})
