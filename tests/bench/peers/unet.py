"""The U-Net of main/models/unet.ts in PyTorch, as its users would write it; the same parameter names."""

import torch
import torch.nn.functional as F
from torch import nn


class NonScalingNorm(nn.Module):
    """LayerNorm over the whole sample, no gain, a bias for each element."""

    def __init__(self, channels, side):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels, side, side))

    def forward(self, x):
        return F.layer_norm(x, x.shape[1:], bias=self.bias, eps=1e-5)


def norm(kind, channels, side):
    return NonScalingNorm(channels, side) if kind == "nonScaling" else nn.GroupNorm(min(32, channels // 4), channels)


resample = {
    "none": lambda x: x,
    "down": lambda x: F.avg_pool2d(x, 2),
    "up": lambda x: F.interpolate(x, scale_factor=2, mode="nearest"),
}


class Block(nn.Module):
    def __init__(self, into, out, side, kind, embedding, how="none", attention=False, head=64):
        super().__init__()
        before = {"none": side, "down": 2 * side, "up": side // 2}[how]
        self.resample, self.heads = resample[how], out // head
        self.norm0 = norm(kind, into, before)
        self.conv0 = nn.Conv2d(into, out, 3, padding=1)
        self.affine = nn.Linear(embedding, 2 * out)
        self.norm1 = norm(kind, out, side)
        self.conv1 = nn.Conv2d(out, out, 3, padding=1)
        self.skip = nn.Conv2d(into, out, 1) if into != out else None
        if attention:
            self.norm2 = norm(kind, out, side)
            self.qkv = nn.Conv2d(out, 3 * out, 1)
            self.proj = nn.Conv2d(out, out, 1)
        self.attention = attention

    def forward(self, x, embedding):
        h = self.conv0(self.resample(F.silu(self.norm0(x))))
        scale, shift = self.affine(embedding)[:, :, None, None].chunk(2, dim=1)
        h = self.conv1(F.silu(self.norm1(h) * (1 + scale) + shift))
        x = self.resample(x)
        x = h + (self.skip(x) if self.skip is not None else x)
        return x + self.proj(self.attend(self.norm2(x))) if self.attention else x

    def attend(self, x):
        # Channels of qkv: head · 3 · size + channel · 3 + (0 query, 1 key, 2 value).
        qkv = self.qkv(x).view(x.shape[0], self.heads, -1, 3, x.shape[2] * x.shape[3])
        q, k, v = (part.transpose(2, 3) for part in qkv.unbind(3))
        return F.scaled_dot_product_attention(q, k, v).transpose(2, 3).reshape(x.shape)


class Unet(nn.Module):
    def __init__(self, channels, side, width, multipliers, blocks, attentionSides, headChannels, norm="nonScaling"):
        super().__init__()
        embedding = 4 * width
        self.map_layer0 = nn.Linear(width, embedding)
        self.map_layer1 = nn.Linear(embedding, embedding)

        def block(into, out, at, **options):
            return Block(into, out, at, norm, embedding, head=headChannels, **options)

        widths = [width * multiplier for multiplier in multipliers]
        self.enc, self.dec = nn.ModuleDict(), nn.ModuleDict()
        self.enc[f"{side}x{side}_conv"] = nn.Conv2d(channels, widths[0], 3, padding=1)
        current = widths[0]
        skips = [current]
        for level, out in enumerate(widths):
            at = side >> level
            if level > 0:
                self.enc[f"{at}x{at}_down"] = block(current, current, at, how="down")
                skips.append(current)
            for i in range(blocks):
                self.enc[f"{at}x{at}_block{i}"] = block(current, out, at, attention=at in attentionSides)
                current = out
                skips.append(current)
        for level, out in reversed(list(enumerate(widths))):
            at = side >> level
            if level == len(widths) - 1:
                self.dec[f"{at}x{at}_in0"] = block(current, current, at, attention=True)
                self.dec[f"{at}x{at}_in1"] = block(current, current, at)
            else:
                self.dec[f"{at}x{at}_up"] = block(current, current, at, how="up")
            for i in range(blocks + 1):
                into = current + skips.pop()
                self.dec[f"{at}x{at}_block{i}"] = block(into, out, at, attention=at in attentionSides)
                current = out
        self.out_norm = globals()["norm"](norm, current, side)
        self.out_conv = nn.Conv2d(current, channels, 3, padding=1)

    def forward(self, x, time):
        embedding = F.silu(self.map_layer1(F.silu(self.map_layer0(time))))
        skips = []
        for module in self.enc.values():
            x = module(x) if isinstance(module, nn.Conv2d) else module(x, embedding)
            skips.append(x)
        for name, module in self.dec.items():
            if "_block" in name:
                x = torch.cat([x, skips.pop()], dim=1)
            x = module(x, embedding)
        return self.out_conv(F.silu(self.out_norm(x)))
