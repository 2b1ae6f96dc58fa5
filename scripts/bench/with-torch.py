"""One empirical case of cases.mjs by torch.func, vmap(jacrev) and a contraction, as peer.mjs has it: `with-torch.py JOB.json`.

The file must not be called torch.py: Python would import it as the library.
"""

import json
import sys
import time


def main():
    with open(sys.argv[1], encoding="utf8") as file:
        job = json.load(file)
    import numpy as np
    import torch
    from torch.func import functional_call, jacrev, vmap

    torch.manual_seed(0)
    x = np.load(job["x"]).astype(np.float32)
    if x.ndim == 4:
        x = np.ascontiguousarray(x.transpose(0, 3, 1, 2))

    class Mean(torch.nn.Module):
        def forward(self, signal):
            return signal.mean((-1, -2))

    features, made = x.shape[1], []
    weighted = [at for at, layer in enumerate(job["layers"]) if layer["kind"] in ("dense", "conv")]
    for at, layer in enumerate(job["layers"]):
        units = job["outputs"] if at == weighted[-1] else job["width"]
        if layer["kind"] == "dense":
            made.append(torch.nn.Linear(features, units, bias=False))
            features = units
        elif layer["kind"] == "conv":
            made.append(torch.nn.Conv2d(features, units, layer["filter"][0], padding=1, bias=False))
            features = units
        else:
            made.append({"relu": torch.nn.ReLU, "globalAvgPool": Mean}[layer["kind"]]())
    network = torch.nn.Sequential(*made)
    parameters = {name: value.detach() for name, value in network.named_parameters()}
    data = torch.from_numpy(x)

    def single(p, one):
        return functional_call(network, p, (one.unsqueeze(0),)).squeeze(0)

    def kernel():
        with torch.no_grad():
            jacobian = vmap(jacrev(single), (None, 0))(parameters, data)
            return sum(torch.einsum("Naf,Mbf->NMab", a.flatten(2), a.flatten(2)) for a in jacobian.values())

    kernel()
    print(json.dumps({"program": f"torch.func {torch.__version__}"}), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        result = kernel()
        taken = time.perf_counter() - start
        print(json.dumps({"seconds": taken, "entries": [float(v) for v in result.reshape(-1)[:2]]}), flush=True)


main()
