"""The training step of main/bench/step-graph.ts in PyTorch: network, Cauchy loss, RAdam, one moving average."""

import time as clock

import side

torch = side.need("torch")
numpy = side.need("numpy")

import networks  # noqa: E402  (needs torch)


def step(spec):
    device = side.torch_device(torch, spec["device"])
    model = networks.build(spec["config"])
    networks.start(model, spec["starts"])
    model.to(device)

    def shared(name, stream):
        shape = [spec["batch"], *spec[name]]
        values = side.fill(numpy, int(numpy.prod(shape)), side.input_streams + stream)
        return torch.from_numpy(values).view(shape).to(device)

    x, time, y = shared("x", 0), shared("time", 1), shared("x", 2)
    settings = spec["optimiser"]
    optimiser = torch.optim.RAdam(
        model.parameters(),
        lr=settings["learningRate"],
        betas=(settings["beta1"], settings["beta2"]),
        eps=settings["eps"],
        weight_decay=settings["weightDecay"],
    )
    weights = list(model.parameters())
    average = [weight.detach().clone() for weight in weights]

    def loss_of(x, time, y):
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=spec["autocast"]):
            prediction = model(x, time)
        r = (prediction.float() - y).square().flatten(1).sum(dim=1)
        return torch.log(1 + r / (2 * 0.1 * 0.1)).mean()

    compute = torch.compile(loss_of) if spec["compile"] else loss_of

    def work():
        started = clock.perf_counter()
        losses = []
        for _ in range(spec["steps"]):
            optimiser.zero_grad(set_to_none=True)
            loss = compute(x, time, y)
            loss.backward()
            optimiser.step()
            with torch.no_grad():
                torch._foreach_lerp_(average, weights, 1 - spec["emaRate"])
            losses.append(loss.detach())
        # Reading the losses waits for the device.
        values = [loss.item() for loss in losses]
        return (clock.perf_counter() - started) * 1000 / spec["steps"], values

    return side.torch_facts(torch, device), work


def device_mb():
    return torch.cuda.max_memory_allocated() / 2**20 if torch.cuda.is_initialized() else None


side.serve({"step": step}, device_mb)
