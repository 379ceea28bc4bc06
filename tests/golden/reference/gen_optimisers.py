"""Writes optimisers.json: torch.optim and clip_grad_norm_ in float64. Run: python3 gen_optimisers.py > ../optimisers.json (needs torch)."""
import json, torch
torch.set_default_dtype(torch.float64)

STEPS, START = 8, {"a": [1.0, -2.0], "b": [0.5]}
# eps and weight_decay are large, so that where they enter shows in float32
SETTINGS = dict(lr=0.01, betas=(0.9, 0.99), eps=1e-3, weight_decay=0.1)
KINDS = {"radam": torch.optim.RAdam, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
EMA_RATES = [0.5, 0.9]


def gradients(k):
    """Norms from 0.2 to 1.9: some steps are clipped at 0.8, some are not."""
    return {"a": [0.3 * k - 1.4, 0.25 * (-1) ** k], "b": [0.2 * k - 0.5]}


def trained(kind, clip):
    p = {name: torch.nn.Parameter(torch.tensor(value)) for name, value in START.items()}
    ema = [{name: value.detach().clone() for name, value in p.items()} for _ in EMA_RATES]
    optimiser = KINDS[kind](p.values(), **SETTINGS)
    rows = []
    for k in range(STEPS):
        for name, value in gradients(k).items():
            p[name].grad = torch.tensor(value)
        norm = torch.nn.utils.clip_grad_norm_(p.values(), float("inf") if clip is None else clip)
        optimiser.step()
        with torch.no_grad():
            for average, rate in zip(ema, EMA_RATES):
                for name in p:
                    average[name].lerp_(p[name], 1 - rate)
        flat = lambda tensors: [x for tensor in tensors.values() for x in tensor.tolist()]
        rows.append(dict(gradients=[x for g in gradients(k).values() for x in g], norm=norm.item(), parameters=flat(p), ema=[flat(e) for e in ema]))
    return dict(kind=kind, clip=clip, steps=rows)


runs = [trained(kind, clip) for kind in KINDS for clip in (None, 0.8)]
start = [x for value in START.values() for x in value]
print(json.dumps(dict(torch=torch.__version__, start=start, settings=SETTINGS, emaRates=EMA_RATES, runs=runs), indent=1))
