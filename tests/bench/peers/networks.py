"""The networks of main/bench/networks.ts in PyTorch, as its users would write them; the same parameter names."""

import numpy
import side
import torch
import torch.nn.functional as F
import unet
from torch import nn


class SmallBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.width, self.heads = width, heads
        self.modulation = nn.Linear(width, 6 * width)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def attention(self, x):
        batch, tokens, width = x.shape
        q, k, v = self.qkv(x).view(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        return self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, tokens, width))

    def forward(self, h, c):
        shift1, gain1, gate1, shift2, gain2, gate2 = self.modulation(c)[:, None].chunk(6, dim=2)
        h = h + gate1 * self.attention(modulate(layer_norm(h), shift1, gain1))
        inner = F.gelu(self.fc1(modulate(layer_norm(h), shift2, gain2)), approximate="tanh")
        return h + gate2 * self.fc2(inner)


def layer_norm(x):
    return F.layer_norm(x, x.shape[-1:], eps=1e-6)


def modulate(x, shift, gain):
    return x * (gain + 1) + shift


class SmallDit(nn.Module):
    def __init__(self, tokens, channels, time, width, heads, depth):
        super().__init__()
        self.embed = nn.Linear(channels, width)
        self.positions = nn.Parameter(torch.empty(1, tokens, width))
        self.time = nn.ModuleList([nn.Linear(time, width, bias=False), nn.Linear(width, width, bias=False)])
        self.blocks = nn.ModuleList([SmallBlock(width, heads) for _ in range(depth)])
        self.modulation = nn.Linear(width, 2 * width, bias=False)
        self.out = nn.Linear(width, channels, bias=False)

    def forward(self, x, time):
        h = self.embed(x) + self.positions
        c = F.silu(self.time[1](F.silu(self.time[0](time))))
        for block in self.blocks:
            h = block(h, c)
        shift, gain = self.modulation(c)[:, None].chunk(2, dim=2)
        return self.out(modulate(layer_norm(h), shift, gain))


class Gain(nn.Module):
    """RMSNorm with a learned gain."""

    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return F.rms_norm(x, x.shape[-1:], self.weight, eps=1e-6)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.q_norm = Gain(width // heads)
        self.k_norm = Gain(width // heads)
        self.proj = nn.Linear(width, width)

    def forward(self, x, rope):
        batch, tokens, width = x.shape
        q, k, v = self.qkv(x).view(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        q, k = self.q_norm(q), self.k_norm(k)
        if rope is not None:
            q, k = rotate(q, *rope), rotate(k, *rope)
        mixed = F.scaled_dot_product_attention(q, k, v.to(q.dtype))
        return self.proj(mixed.transpose(1, 2).reshape(batch, tokens, width))


def rotate(x, cos, sin):
    turned = torch.stack((-x[..., 1::2], x[..., 0::2]), dim=-1).flatten(-2)
    return x * cos + turned * sin


class Mlp(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = Gain(width)
        self.attn = Attention(width, heads)
        self.norm2 = Gain(width)
        self.mlp = Mlp(width)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 6 * width))

    def forward(self, x, c, rope):
        shift1, scale1, gate1, shift2, scale2, gate2 = self.adaLN_modulation(c)[:, None].chunk(6, dim=2)
        x = x + gate1 * self.attn(modulate(self.norm1(x), shift1, scale1), rope)
        return x + gate2 * self.mlp(modulate(self.norm2(x), shift2, scale2))


class Dit(nn.Module):
    """The DiT of the method without the frequency filter and classes."""

    def __init__(
        self,
        channels,
        side,
        patch,
        width,
        depth,
        heads,
        mlp,
        rope,
        frequencyFilter,
        norm="rms",
        qkNorm=True,
        condMixing=False,
    ):
        super().__init__()
        usual = mlp == "relu" and norm == "rms" and qkNorm and not frequencyFilter and not condMixing
        assert usual, "not among the benchmarks"
        self.channels, self.patch, self.grid = channels, patch, side // patch
        self.x_embedder = nn.ModuleDict({"proj": nn.Conv2d(channels, width, patch, patch)})
        self.t_embedder = nn.ModuleDict(
            {"mlp": nn.Sequential(nn.Linear(256, width), nn.SiLU(), nn.Linear(width, width))}
        )
        self.y_embedder = nn.ModuleDict({"embedding_table": nn.Embedding(1, width)})
        self.blocks = nn.ModuleList([Block(width, heads) for _ in range(depth)])
        self.final_layer = nn.ModuleDict(
            {
                "norm_final": Gain(width),
                "linear": nn.Linear(width, patch * patch * channels),
                "adaLN_modulation": nn.Sequential(nn.SiLU(), nn.Linear(width, 2 * width)),
            }
        )
        self.register_buffer("positions", sin_cos(width, self.grid))
        cos, sin = rope_tables(width // heads, self.grid) if rope else (None, None)
        self.register_buffer("cos", cos)
        self.register_buffer("sin", sin)

    def forward(self, x, time):
        h = self.x_embedder["proj"](x).flatten(2).transpose(1, 2) + self.positions
        c = self.t_embedder["mlp"](time) + self.y_embedder["embedding_table"].weight
        rope = None if self.cos is None else (self.cos, self.sin)
        for block in self.blocks:
            h = block(h, c, rope)
        final = self.final_layer
        shift, scale = final["adaLN_modulation"](c)[:, None].chunk(2, dim=2)
        h = final["linear"](modulate(final["norm_final"](h), shift, scale))
        grid, patch = self.grid, self.patch
        cells = h.view(-1, grid, grid, patch, patch, self.channels).permute(0, 5, 1, 3, 2, 4)
        return cells.reshape(-1, self.channels, grid * patch, grid * patch)


def sin_cos(width, grid):
    """Fixed positions [grid², width]: the first half encodes the column, the second the row."""
    omega = 10000.0 ** (-torch.arange(width // 4, dtype=torch.float64) / (width // 4))
    angles = torch.arange(grid, dtype=torch.float64)[:, None] * omega
    one = torch.cat([angles.sin(), angles.cos()], dim=1)
    columns = one[None, :, :].expand(grid, grid, -1)
    rows = one[:, None, :].expand(grid, grid, -1)
    return torch.cat([columns, rows], dim=2).reshape(grid * grid, width).float()


def rope_tables(size, grid):
    half = size // 2
    frequencies = 10000.0 ** (-torch.arange(0, half, 2, dtype=torch.float64) / half)
    angles = (torch.arange(grid, dtype=torch.float64)[:, None] * frequencies).repeat_interleave(2, dim=1)
    rows, columns = angles[:, None].expand(grid, grid, -1), angles[None].expand(grid, grid, -1)
    both = torch.cat([rows, columns], dim=2).reshape(grid * grid, size)
    return both.cos().float(), both.sin().float()


def build(config):
    """The network that a configuration of main/bench/networks.ts describes."""
    kinds = {"small-dit": SmallDit, "dit": Dit, "unet": unet.Unet}
    rest = {name: value for name, value in config.items() if name != "kind"}
    return kinds[config["kind"]](**rest)


def start(model, starts):
    """Gives every parameter the value it starts with on the other side."""
    parameters = dict(model.named_parameters())
    with torch.no_grad():
        for stream, given in enumerate(starts):
            size = int(numpy.prod(given["shape"]))
            values = numpy.full(size, given["value"], dtype=numpy.float32)
            if given["bound"] > 0:
                values = side.fill(numpy, size, stream, given["bound"])
            parameters.pop(given["name"]).copy_(torch.from_numpy(values).view(given["shape"]))
    if parameters:
        raise ValueError(f"no start for {', '.join(parameters)}")
