"""One-step sampling with a DiT and the starter VAE's decoder in PyTorch, from noise to bytes."""

import side

torch = side.need("torch")
numpy = side.need("numpy")

import networks  # noqa: E402  (needs torch)
import vae as starter  # noqa: E402


def sample(spec):
    device = side.torch_device(torch, spec["device"])
    model = networks.build(spec["config"])
    networks.start(model, spec["starts"])
    model.to(device).eval()
    vae = starter.StarterVae(spec["vae"], device)
    time = torch.tensor(spec["time"], device=device).expand(spec["batch"], -1)

    @torch.inference_mode()
    def work():
        pictures = []
        for _ in range(0, spec["count"], spec["batch"]):
            x = torch.randn(spec["batch"], *spec["shape"], device=device) * spec["noiseStd"]
            latents = spec["c_skip"] * x + spec["c_out"] * model(spec["c_in"] * x, time)
            planes = vae.decode(latents)
            pixels = ((planes + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
            pictures.append(pixels.permute(0, 2, 3, 1).contiguous().cpu())
        return [sum(len(part) for part in pictures)]

    return side.torch_facts(torch, device), work


side.serve({"sample": sample})
