"""Small biLMs of random weights, and the same computed step by step in NumPy."""

import numpy as np
import torch

from skmeta.elmo import BiLM
from skmeta.elmo._options import complete_options

KINDS = {
    "published": {},
    "no skips": {"use_skip_connections": False},
    "no highway": {"n_highway": 0},
    "no projection of filters": {"projection": False, "filters": [[1, 2], [2, 4]]},
    "no projection of cells": {"dim": 6},
    "no clips": {"cell_clip": None, "proj_clip": None},
    "tanh": {"activation": "tanh"},
    "one layer": {"n_layers": 1},
    "three layers": {"n_layers": 3},
    "three layers, no skips": {"n_layers": 3, "use_skip_connections": False},
    "short words": {"max_characters_per_token": 8},
}


def make_options(**changes):
    """Return options of a small model, some of them changed."""
    lstm = {
        "cell_clip": 3,
        "proj_clip": 3,
        "use_skip_connections": True,
        "n_layers": 2,
        "projection_dim": 6,
        "dim": 10,
    }
    characters = {
        "activation": "relu",
        "embedding": {"dim": 3},
        "filters": [[1, 4], [2, 5], [3, 6]],
        "n_highway": 2,
        "n_characters": 262,
        "max_characters_per_token": 50,
    }
    for name, value in changes.items():
        (lstm if name in lstm else characters)[name] = value
    return {"lstm": lstm, "char_cnn": characters}


def make_bilm(seed=0, scale=0.8, **changes):
    """Make a model of random weights, large enough that clips matter."""
    bilm = BiLM(complete_options(make_options(**changes)))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in bilm.parameters():
            parameter.normal_(std=scale, generator=generator)
    return bilm.eval().requires_grad_(False)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def characters_of(token, width):
    marks = {"<S>": [256], "</S>": [257]}
    inside = marks.get(token)
    if inside is None:
        inside = list(token.encode("utf-8", "ignore")[: width - 2])
    numbers = [258, *inside, 259]
    return numbers + [260] * (width - len(numbers))


def read_step_by_step(arrays, options, tokens, states=None):
    """Compute what a biLM does from the arrays of its file, one token at a time.

    Gives float64 arrays of shape (n_layers, n_tokens, 2 * projection_dim), and the
    state of each direction and layer.
    """
    lstm, cnn = options["lstm"], options["char_cnn"]
    size, n_cells = lstm["projection_dim"], lstm["dim"]
    activate = np.tanh if cnn["activation"] == "tanh" else lambda x: np.maximum(x, 0)

    def clip(x, limit):
        return np.clip(x, -limit, limit) if limit else x

    def token_vector(token):
        embedded = arrays["char_embed"][
            characters_of(token, cnn["max_characters_per_token"])
        ]
        parts = []
        for i, (width, _) in enumerate(cnn["filters"]):
            weights = arrays[f"CNN/W_cnn_{i}"][0]  # (width, size, number)
            found = [
                sum(embedded[t + k] @ weights[k] for k in range(width))
                for t in range(len(embedded) - width + 1)
            ]
            parts.append(activate(np.max(found, axis=0) + arrays[f"CNN/b_cnn_{i}"]))
        x = np.concatenate(parts)
        for i in range(cnn["n_highway"]):
            name = f"CNN_high_{i}"
            gate = sigmoid(x @ arrays[f"{name}/W_carry"] + arrays[f"{name}/b_carry"])
            new = x @ arrays[f"{name}/W_transform"] + arrays[f"{name}/b_transform"]
            x = gate * np.maximum(new, 0) + (1 - gate) * x
        if "CNN_proj/W_proj" in arrays:
            x = x @ arrays["CNN_proj/W_proj"] + arrays["CNN_proj/b_proj"]
        return x

    sentence = [token_vector(token) for token in ["<S>", *tokens, "</S>"]]
    outputs, ends = [], {}
    for direction in range(2):
        inputs = sentence if direction == 0 else sentence[::-1]
        layers = [inputs]
        for i in range(lstm["n_layers"]):
            cell = f"RNN_{direction}/RNN/MultiRNNCell/Cell{i}/LSTMCell"
            h, c = np.zeros(size), np.zeros(n_cells)
            if states is not None:
                h, c = states[direction, i]
            outs = []
            for x in inputs:
                z = np.concatenate([x, h]) @ arrays[f"{cell}/W_0"] + arrays[f"{cell}/B"]
                enter, new, forget, leave = np.split(z, 4)
                c = sigmoid(forget + 1) * c + sigmoid(enter) * np.tanh(new)
                c = clip(c, lstm["cell_clip"])
                h = sigmoid(leave) * np.tanh(c)
                if f"{cell}/W_P_0" in arrays:
                    h = clip(h @ arrays[f"{cell}/W_P_0"], lstm["proj_clip"])
                skips = i > 0 and lstm["use_skip_connections"]
                outs.append(h + x if skips else h)
            ends[direction, i] = h, c
            inputs = outs
            layers.append(outs)
        layers = np.array(layers)
        outputs.append(layers if direction == 0 else layers[:, ::-1])
    return np.concatenate(outputs, axis=2)[:, 1:-1], ends
