"""Writes ../vaes/: tiny VAEs with random weights, as diffusers saves them, and what diffusers computes with them.

    python3 vaes.py && npx prettier --write ../vaes    # needs PyPI's torch, diffusers and safetensors (made with 2.15.0, 0.42.1 and 0.8.0)

Each folder has config.json, the weights, and expected.json. The LDM layout has no folder: ldm.json lists its names and shapes, which
diffusers' own converter turns into its current ones, and values come from a formula, so that norms of 32 groups, the only ones that
a file without config.json can have, need no large files.
"""

import json
import math
from pathlib import Path

import torch
from diffusers import AutoencoderKL, AutoencoderTiny
from diffusers.loaders.single_file_utils import convert_ldm_vae_checkpoint
from safetensors.torch import load_file, save_file

out = Path(__file__).resolve().parent.parent / "vaes"
torch.set_num_threads(1)


def values(shape, k, scale):
    """The same numbers in the tests: scale · sin(0.37 (j + 1) + 1.3 k) for the j-th value of tensor k, rounded to float32."""
    j = torch.arange(math.prod(shape), dtype=torch.float64)
    return (scale * torch.sin(0.37 * (j + 1) + 1.3 * k)).float().reshape(shape)


def numbers(tensor):
    return [float(f"{x:.7g}") for x in tensor.flatten().tolist()]


@torch.inference_mode()
def computed(vae, batch, height, width):
    """Inputs by the formula (tensors 0 and 1, scale 1), and outputs in float32."""
    x = values((batch, 3, height, width), 0, 1)
    encoded = vae.encode(x)
    if hasattr(encoded, "latent_dist"):
        parts = {"mean": encoded.latent_dist.mean, "logVariance": encoded.latent_dist.logvar}
    else:
        parts = {"mean": encoded.latents}
    z = values(parts["mean"].shape, 1, 1)
    parts["x"] = vae.decode(z).sample
    return {"picture": list(x.shape), **{name: {"shape": list(t.shape), "values": numbers(t)} for name, t in parts.items()}}


def randomised(vae, seed):
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, p in vae.named_parameters():
            p.normal_(0, 0.2 if p.ndim == 1 else 1.2 / math.sqrt(p[0].numel()))
            if p.ndim == 1 and "norm" in name and name.endswith("weight"):
                p.add_(1)
    return vae.eval()


def save(name, vae, dtype, variant=None, rename=lambda key, tensor: (key, tensor), size=(16, 24)):
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    vae = vae.to(dtype)
    vae.save_pretrained(folder, variant=variant)
    file = next(folder.glob("*.safetensors"))
    weights = dict(rename(*item) for item in load_file(file).items())
    save_file(weights, file, metadata={"format": "pt"})
    file.chmod(0o644)
    expected = computed(vae.float(), 2, *size)
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")


old_names = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}


def old_attention(key, tensor):
    for new, old in old_names.items():
        if f"attentions.0.{new}." in key:
            return key.replace(new, old), tensor[..., None, None].contiguous() if tensor.ndim == 2 else tensor
    return key, tensor


def levels(channels, **options):
    down, up = ["DownEncoderBlock2D"] * len(channels), ["UpDecoderBlock2D"] * len(channels)
    return dict(block_out_channels=channels, down_block_types=down, up_block_types=up, **options)


ldm_rules = [
    ("encoder.mid_block.", "encoder.mid."), ("decoder.mid_block.", "decoder.mid."),
    ("mid.resnets.0.", "mid.block_1."), ("mid.resnets.1.", "mid.block_2."), ("mid.attentions.0.", "mid.attn_1."),
    ("attn_1.group_norm", "attn_1.norm"), ("attn_1.to_q", "attn_1.q"), ("attn_1.to_k", "attn_1.k"), ("attn_1.to_v", "attn_1.v"),
    ("attn_1.to_out.0", "attn_1.proj_out"), ("down_blocks.", "down."), ("resnets.", "block."), ("conv_shortcut", "nin_shortcut"),
    ("downsamplers.0", "downsample"), ("upsamplers.0", "upsample"), ("conv_norm_out", "norm_out"),
]  # fmt: skip


def ldm_name(key, count):
    for new, old in ldm_rules:
        key = key.replace(new, old)
    if "up_blocks." in key:
        level = int(key.split("up_blocks.")[1].split(".")[0])
        key = key.replace(f"up_blocks.{level}.", f"up.{count - 1 - level}.")
    return key


def ldm():
    channels = [32, 64]
    vae = AutoencoderKL(**levels(channels, layers_per_block=1, latent_channels=4))
    tensors = []
    for k, (key, p) in enumerate(vae.state_dict().items()):
        name = ldm_name(key, len(channels))
        shape = [*p.shape, 1, 1] if "attn_1" in name and p.ndim == 2 else list(p.shape)
        tensors.append({"name": f"first_stage_model.{name}", "shape": shape})
    fan_in = lambda shape: math.prod(shape[1:])
    scale = lambda shape: 1 if len(shape) == 1 else 2 / math.sqrt(fan_in(shape))
    weights = {t["name"].removeprefix("first_stage_model."): values(t["shape"], k, scale(t["shape"])) for k, t in enumerate(tensors)}
    converted = convert_ldm_vae_checkpoint(dict(weights), dict(vae.config))
    for key, p in vae.state_dict().items():
        if p.shape != converted[key].shape:
            converted[key] = converted[key].reshape(p.shape)
    vae.load_state_dict(converted)
    rows = {"tensors": tensors, "blockOutChannels": channels, "expected": computed(vae.eval(), 1, 16, 16)}
    out.mkdir(exist_ok=True)
    (out / "ldm.json").write_text(json.dumps(rows) + "\n")


four = levels([8, 16], layers_per_block=1, latent_channels=4, norm_num_groups=4)
sixteen = levels([8, 8, 16], layers_per_block=2, latent_channels=16, norm_num_groups=2, use_quant_conv=False, use_post_quant_conv=False,
                 mid_block_add_attention=False, scaling_factor=0.3611, shift_factor=0.1159, force_upcast=False)  # fmt: skip
tiny = dict(encoder_block_out_channels=[8, 8, 8], decoder_block_out_channels=[12, 12, 12],
            num_encoder_blocks=[1, 2, 1], num_decoder_blocks=[2, 1, 1], latent_channels=4)  # fmt: skip

save("kl-f32", randomised(AutoencoderKL(**four), 0), torch.float32)
save("kl-16-bf16", randomised(AutoencoderKL(**sixteen), 1), torch.bfloat16)
save("kl-old-f16", randomised(AutoencoderKL(**four), 2), torch.float16, variant="fp16", rename=old_attention)
save("tiny-f16", randomised(AutoencoderTiny(**tiny), 3), torch.float16)
ldm()

stable_diffusion = AutoencoderKL(**levels([128, 256, 512, 512], layers_per_block=2))
count = lambda vae: sum(p.numel() for p in vae.parameters())
shapes = lambda vae: {key: list(p.shape) for key, p in vae.state_dict().items()}
rows = {"stableDiffusion": stable_diffusion, "taesd": AutoencoderTiny()}
(out / "shapes.json").write_text(json.dumps({name: {"count": count(v), "shapes": shapes(v)} for name, v in rows.items()}) + "\n")
