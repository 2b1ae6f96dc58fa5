#!/usr/bin/env python3
"""Weights of a PyTorch network for `ntk empirical --arch net.json --weights W.npz`.

    python3 scripts/pytorch-weights.py state.pt net.json W.npz --input 32x32x3

`state.pt` is what torch.save(model.state_dict(), ...) wrote; torch is needed to read it. An .npz file with the same names
(numpy.savez("state.npz", **{k: v.numpy() for k, v in model.state_dict().items()})) needs numpy alone.

The layers of the architecture file take the arrays in their order, or as --map says: --map "layers[0]=features.0,layers[2]=head".
A network of ntk multiplies its weights by weightStd / sqrt(fan) and its biases by biasStd, PyTorch does not: the arrays are
divided by these. PyTorch flattens an image by channels, rows, columns, ntk by rows, columns, channels: the weights behind a
`flatten` are put in the other order. The architecture with the widths of the arrays is written to --arch-out.
"""
import argparse
import json
import math
import re
import sys

import numpy


def fail(message):
    """Ends with a message for people."""
    sys.exit(f"pytorch-weights: {message}")


def read_state(path):
    """The arrays of a state_dict by name, in its order."""
    if path.endswith(".npz"):
        with numpy.load(path) as file:
            return {name: file[name] for name in file.files}
    try:
        import torch
    except ImportError:
        fail(f"{path}: must be read by torch, got a Python without it. Install torch, or save the arrays as .npz.")
    state = torch.load(path, map_location="cpu", weights_only=True)
    return {name: tensor.detach().to(torch.float64).numpy() for name, tensor in state.items()}


def modules_of(state):
    """Names of the modules with weights, in their order."""
    for name in state:
        if name.endswith(("running_mean", "running_var")):
            module = name.rsplit(".", 1)[0]
            fail(f"{module}: must be a linear or convolutional layer, got a batch normalisation. Fold it into the layer before.")
    return [name[: -len(".weight")] for name, value in state.items() if name.endswith(".weight") and value.ndim > 1]


def positions(sizes, layer, window):
    """Sizes of an image behind windows."""
    stride = layer.get("stride", [1] * len(window) if layer["kind"] == "conv" else window)
    if layer["kind"] == "conv" and layer.get("padding", "circular") != "valid":
        return [math.ceil(n / s) for n, s in zip(sizes, stride)]
    return [(n - q) // s + 1 for n, q, s in zip(sizes, window, stride)]


class Walk:
    """A walk through an architecture that hands out weights."""

    def __init__(self, state, modules, chosen):
        self.state, self.modules, self.chosen = state, list(modules), chosen
        self.arrays = {}

    def take(self, path):
        """The module of a layer: by --map, or the next one."""
        if path in self.chosen:
            module = self.chosen[path]
        elif self.chosen:
            fail(f"{path}: must have a module, got none in --map. Add it.")
        elif self.modules:
            module = self.modules.pop(0)
        else:
            fail(f"{path}: must have weights, got no more modules. Check the architecture, or give --map.")
        if f"{module}.weight" not in self.state:
            fail(f"{path}: must be a module of the file, got {module}. It has {', '.join(modules_of(self.state))}.")
        return module, self.state[f"{module}.weight"], self.state.get(f"{module}.bias")

    def weights(self, path, layer, sizes, channels, flattened):
        """Puts the arrays of one layer in their place; the channels that it gives."""
        module, weight, bias = self.take(path)
        taps = layer["filter"] if layer["kind"] == "conv" else []
        if layer["kind"] == "dense" and weight.ndim == 4 and weight.shape[2:] == (1, 1):
            weight = weight[:, :, 0, 0]
        if channels is None:
            channels = weight.shape[1]
        wanted = (weight.shape[0], channels, *taps)
        if weight.shape != wanted:
            fail(
                f"{path}: must take {channels} channels and taps {list(taps)}, got {module}.weight of {list(weight.shape)}. "
                "Check the architecture, --input and --map."
            )
        if flattened is not None:
            *places, depth = flattened
            order = (0, *range(2, 2 + len(places)), 1)
            weight = weight.reshape(weight.shape[0], depth, *places).transpose(order).reshape(weight.shape)
        std, fan = layer.get("weightStd", 1), channels * math.prod(taps)
        factor = {"fan-in": std / math.sqrt(fan), "none": std, "mean-field": std / fan}[layer.get("scaling", "fan-in")]
        if factor == 0:
            fail(f"{path}: weightStd must not be 0, got 0. Give the layer a scale.")
        self.arrays[f"{path}.W"] = weight.astype(numpy.float64) / factor
        scale = layer.get("biasStd", 0)
        if scale != 0:
            held = numpy.zeros(weight.shape[0]) if bias is None else bias.astype(numpy.float64)
            self.arrays[f"{path}.B"] = held / scale
        elif bias is not None and numpy.any(bias != 0):
            fail(f"{path}: biasStd must not be 0, got 0 for {module}.bias. Give it, e.g. 1: the biases are divided by it.")
        layer["width"] = int(weight.shape[0])
        return int(weight.shape[0])

    def layers(self, layers, path, sizes, channels, flattened=None):
        """Walks through layers; sizes of the image (None: a vector), channels, and what was flattened last."""
        for k, layer in enumerate(layers):
            here, kind = f"{path}[{k}]", layer["kind"]
            if kind in ("dense", "conv"):
                if kind == "conv" and sizes is None:
                    fail(f"{here}: must have an image, got vectors. Give --input HxWxC.")
                channels = self.weights(here, layer, sizes, channels, flattened)
                flattened = None
                if kind == "conv":
                    sizes = positions(sizes, layer, layer["filter"])
            elif kind == "residual":
                if flattened is not None:
                    fail(f"{here}: must not follow a flatten, got one. Put a dense layer between.")
                before = (sizes, channels)
                after = self.layers(layer["branch"], f"{here}.branch", *before)
                if layer.get("skip"):
                    self.layers(layer["skip"], f"{here}.skip", *before)
                sizes, channels, flattened = after
            elif kind == "avgPool":
                sizes = positions(sizes, layer, layer["window"])
            elif kind in ("globalAvgPool", "pixel", "lastStep"):
                sizes = None
            elif kind == "flatten" and sizes is not None:
                flattened = (*sizes, channels)
                sizes, channels = None, channels * math.prod(sizes)
            elif kind == "recurrent":
                fail(f"{here}: must be dense or conv, got recurrent. Write its arrays layers[i].W, .U and .B yourself.")
        return sizes, channels, flattened


def main():
    """Reads the arguments, converts, writes."""
    parser = argparse.ArgumentParser(description="Weights of a PyTorch network for ntk empirical --weights.")
    parser.add_argument("state", help="state_dict: .pt of torch.save, or .npz")
    parser.add_argument("architecture", help="architecture file of ntk (JSON)")
    parser.add_argument("out", help="W.npz to write")
    parser.add_argument("--input", help="sizes of an image, e.g. 32x32x3")
    parser.add_argument("--map", default="", help="modules by layer, e.g. layers[0]=features.0,layers[2]=head")
    parser.add_argument("--arch-out", help="where the architecture with the widths of the arrays goes")
    given = parser.parse_args()
    with open(given.architecture, encoding="utf8") as file:
        architecture = json.load(file)
    chosen = dict(re.fullmatch(r"(.+)=(.+)", part).groups() for part in given.map.split(",") if "=" in part)
    state = read_state(given.state)
    *sizes, channels = [int(size) for size in given.input.split("x")] if given.input else [None]
    walk = Walk(state, modules_of(state), chosen)
    walk.layers(architecture["layers"], "layers", sizes or None, channels)
    if walk.modules and not chosen:
        fail(f"{given.state}: must hold the weights of {given.architecture} alone, got {', '.join(walk.modules)} too. Give --map.")
    numpy.savez(given.out, **walk.arrays)
    if given.arch_out:
        with open(given.arch_out, "w", encoding="utf8") as file:
            json.dump(architecture, file, indent=1)
    print(f"{given.out}: {len(walk.arrays)} arrays")


if __name__ == "__main__":
    main()
