"""Optimal-transport coupling of a batch with NumPy and SciPy: cost matrix, then the exact assignment."""

import side

numpy = side.need("numpy")
optimize = side.need("scipy.optimize")
scipy = side.need("scipy")


def ot(spec):
    batch, dimensions = spec["batch"], spec["dimensions"]

    def shared(stream):
        return side.fill(numpy, batch * dimensions, side.input_streams + stream).reshape(batch, dimensions)

    x, noise = shared(0), shared(1)

    def work():
        cost = -(x @ noise.T)
        rows, columns = optimize.linear_sum_assignment(cost)
        return [float(cost[rows, columns].astype(numpy.float64).sum())]

    return {"numpy": numpy.__version__, "scipy": scipy.__version__}, work


side.serve({"ot": ot})
