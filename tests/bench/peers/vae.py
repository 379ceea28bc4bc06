"""The starter VAE of main/models/starter-vae.ts in PyTorch, with the weights that ship."""

import json

import numpy
import torch
import torch.nn.functional as F


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
