"""Decoding latents to RGB bytes in PyTorch."""

import side

torch = side.need("torch")
numpy = side.need("numpy")

import vae as vaes  # noqa: E402  (needs torch)


def decode(spec):
    device = side.torch_device(torch, spec["device"])
    vae = vaes.build(spec["vae"], device)
    pictures, rows, batch = spec["pictures"], spec["size"] // 8, spec["batch"]
    values = side.fill(numpy, pictures * 4 * rows * rows, side.input_streams)
    latents = torch.from_numpy(values).view(pictures, 4, rows, rows)

    @torch.inference_mode()
    def work():
        decoded = []
        for start in range(0, pictures, batch):
            x = vae.decode(latents[start : start + batch].to(device))
            decoded.append(((x.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).contiguous().cpu())
        return [sum(part.double().sum().item() for part in decoded) / sum(part.numel() for part in decoded)]

    return side.torch_facts(torch, device), work


side.serve({"decode": decode})
