"""The VAEs of main/bench/vaes.ts in PyTorch: the starter VAE with the weights that ship, others by diffusers with shared numbers."""

import json

import side

torch = side.need("torch")
numpy = side.need("numpy")

import torch.nn.functional as F  # noqa: E402  (needs torch)


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        body = file.read()
    types = {"F32": numpy.float32, "F16": numpy.float16}
    return {
        name: torch.from_numpy(
            numpy.frombuffer(body[slice(*entry["data_offsets"])], types[entry["dtype"]])
            .astype(numpy.float32)
            .reshape(entry["shape"])
        )
        for name, entry in header.items()
        if name != "__metadata__"
    }


class StarterVae:
    def __init__(self, path, device):
        self.p = {name: tensor.to(device) for name, tensor in read_safetensors(path).items()}

    def linear(self, name, x):
        return F.linear(x, self.p[f"{name}.weight"], self.p[f"{name}.bias"])

    def blocks(self, part, count, x):
        for i in range(count):
            name = f"{part}.block.{i}"
            width = x.shape[-1]
            filters = self.p[f"{name}.mix.weight"].t().reshape(width, 1, 3, 3)
            mixed = F.conv2d(x.permute(0, 3, 1, 2), filters, self.p[f"{name}.mix.bias"], padding=1, groups=width)
            y = F.layer_norm(mixed.permute(0, 2, 3, 1), (width,), eps=1e-5)
            x = x + self.linear(f"{name}.fc2", F.silu(self.linear(f"{name}.fc1", y)))
        return F.layer_norm(x, x.shape[-1:], eps=1e-5)

    def encode(self, x):
        """x [batch, 3, h, w] in ±1 → mean [batch, 4, h/8, w/8]."""
        batch, _, h, w = x.shape
        cells = x.view(batch, 3, h // 8, 8, w // 8, 8).permute(0, 2, 4, 1, 3, 5).reshape(batch, h // 8, w // 8, 192)
        y = self.linear("encoder.out", self.blocks("encoder", 3, self.linear("encoder.in", cells)))
        return y.permute(0, 3, 1, 2)[:, :4]

    def decode(self, z):
        """z [batch, 4, rows, columns] → pixels [batch, 3, 8·rows, 8·columns]."""
        batch, _, rows, columns = z.shape
        cells = self.linear("decoder.in", z.permute(0, 2, 3, 1))
        y = self.linear("decoder.out", self.blocks("decoder", 6, cells))
        y = y.view(batch, rows, columns, 3, 8, 8).permute(0, 3, 1, 4, 2, 5)
        return y.reshape(batch, 3, 8 * rows, 8 * columns)


class DiffusersVae:
    """With the numbers that main/bench/fill.ts makes."""

    def __init__(self, spec, device):
        diffusers = side.need("diffusers")
        if spec["kind"] == "kl":
            channels = spec["blockOutChannels"]
            model = diffusers.AutoencoderKL(
                block_out_channels=channels,
                down_block_types=["DownEncoderBlock2D"] * len(channels),
                up_block_types=["UpDecoderBlock2D"] * len(channels),
                layers_per_block=spec["layersPerBlock"],
                latent_channels=spec["latentChannels"],
                norm_num_groups=spec["normGroups"],
            )
        else:
            model = diffusers.AutoencoderTiny(
                encoder_block_out_channels=[spec["encoderWidth"]] * len(spec["encoderBlocks"]),
                decoder_block_out_channels=[spec["decoderWidth"]] * len(spec["decoderBlocks"]),
                num_encoder_blocks=spec["encoderBlocks"],
                num_decoder_blocks=spec["decoderBlocks"],
                latent_channels=spec["latentChannels"],
            )
        weights = model.state_dict()
        for stream, start in enumerate(spec["starts"]):
            weight = weights[start["name"]]
            if start["bound"] > 0:
                values = side.fill(numpy, weight.numel(), stream, start["bound"])
                weight.copy_(torch.from_numpy(values).view(weight.shape))
            else:
                weight.fill_(start["value"])
        self.model = model.eval().to(device)

    def encode(self, x):
        encoded = self.model.encode(x)
        return encoded.latent_dist.mean if hasattr(encoded, "latent_dist") else encoded.latents

    def decode(self, z):
        return self.model.decode(z).sample


def build(spec, device):
    return StarterVae(spec["path"], device) if spec["kind"] == "starter" else DiffusersVae(spec, device)
