"""Gives the weights of a CTranslate2 Whisper the names and shapes that Hugging Face's Whisper has."""
from typing import NamedTuple

import numpy as np

from errors import Unfit

FRAMES, POSITIONS = 1500, 448
EXACT_GELU = 3
"""CTranslate2's number for the GELU by the error function."""


class Size(NamedTuple):
    """The figures in which Whisper's sizes differ."""

    width: int
    heads: int
    bands: int
    vocabulary: int
    encoder_layers: int
    decoder_layers: int

    @property
    def head_width(self):
        """Values per head."""
        return self.width // self.heads


class Taken:
    """The variables of model.bin, each checked for its shape as it is taken."""

    def __init__(self, variables):
        self.variables, self.seen = variables, set()

    def get(self, name, shape):
        """A weight; None in `shape` takes any length. Quantised weights are refused: their scales are not read."""
        value = self.variables.get(name)
        if value is None:
            raise Unfit(f"model.bin: no {name}")
        if len(shape) != value.ndim or any(s not in (None, v) for s, v in zip(shape, value.shape)):
            raise Unfit(f"model.bin: {name} has the shape {list(value.shape)}, not {list(shape)}")
        if value.dtype.kind != "f":
            raise Unfit(f"model.bin: {name} is {value.dtype}; only float16 and float32 weights can be converted")
        self.seen.add(name)
        return value

    def number(self, name):
        """A whole number that describes the model."""
        value = self.variables.get(name)
        if value is None or value.ndim or value.dtype.kind != "i":
            raise Unfit(f"model.bin: no whole number {name}")
        return int(value)

    def unused(self):
        """Names of weights that nothing took."""
        return sorted(n for n, v in self.variables.items() if v.dtype.kind == "f" and n not in self.seen)


def read_size(taken):
    """The model's size by the shapes of its weights, and a refusal of what the graphs don't compute."""
    for side in ("encoder", "decoder"):
        for name, expected in ((f"{side}/activation", EXACT_GELU), (f"{side}/pre_norm", 1)):
            if name in taken.variables and taken.number(name) != expected:
                raise Unfit(f"model.bin: {name} is {taken.number(name)}, not {expected}")
    if "decoder/scale_embeddings" in taken.variables and taken.number("decoder/scale_embeddings"):
        raise Unfit("model.bin: scales its embeddings, which Whisper does not")
    width, bands, _ = taken.get("encoder/conv1/weight", (None, None, 3)).shape
    heads = taken.number("encoder/num_heads")
    if heads < 1 or width % heads or taken.number("decoder/num_heads") != heads:
        raise Unfit(f"model.bin: a width of {width} does not divide into {heads} heads on both sides")
    layers = [count_layers(taken.variables, side) for side in ("encoder", "decoder")]
    return Size(width, heads, bands, len(taken.get("decoder/embeddings/weight", (None, width))), *layers)


def count_layers(variables, side):
    """How many layers the encoder or the decoder has."""
    count = 0
    while f"{side}/layer_{count}/ffn/linear_0/weight" in variables:
        count += 1
    if not count:
        raise Unfit(f"model.bin: the {side} has no layers")
    return count


def hugging_face(variables):
    """`(weights, size)`: the weights under Hugging Face's names, in the type of the file.

    Linear weights are [out, in], convolutions [out, in, 3]. `proj_out.weight` is left out: it is the table
    `model.decoder.embed_tokens.weight`.
    """
    taken = Taken(variables)
    size, weights = read_size(taken), {}
    convolutions(taken, size, weights)
    for side, positions in (("encoder", FRAMES), ("decoder", POSITIONS)):
        target = f"model.{side}"
        weights[f"{target}.embed_positions.weight"] = taken.get(
            f"{side}/position_encodings/encodings", (positions, size.width)
        )
        norm(taken, size, weights, f"{side}/layer_norm", f"{target}.layer_norm")
        for number in range(getattr(size, f"{side}_layers")):
            layer(taken, size, weights, f"{side}/layer_{number}", f"{target}.layers.{number}")
    table = taken.get("decoder/embeddings/weight", (size.vocabulary, size.width))
    if taken.get("decoder/projection/weight", table.shape) is not table:
        raise Unfit("model.bin: the output projection is not the table of the tokens")
    weights["model.decoder.embed_tokens.weight"] = table
    if taken.unused():
        raise Unfit(f"model.bin: {taken.unused()[0]} has no place in Whisper")
    return weights, size


def convolutions(taken, size, weights):
    """The two convolutions before the encoder's layers."""
    for name, inputs in (("conv1", size.bands), ("conv2", size.width)):
        target = f"model.encoder.{name}"
        weights[f"{target}.weight"] = taken.get(f"encoder/{name}/weight", (size.width, inputs, 3))
        weights[f"{target}.bias"] = taken.get(f"encoder/{name}/bias", (size.width,))


def layer(taken, size, weights, source, target):
    """One layer; only the decoder's have `source`/attention, which looks at the encoder's output."""
    attention = f"{target}.self_attn"
    norm(taken, size, weights, f"{source}/self_attention/layer_norm", f"{attention}_layer_norm")
    rows(taken, size, weights, f"{source}/self_attention/linear_0", attention, ("q_proj", "k_proj", "v_proj"))
    rows(taken, size, weights, f"{source}/self_attention/linear_1", attention, ("out_proj",))
    if source.startswith("decoder"):
        attention = f"{target}.encoder_attn"
        norm(taken, size, weights, f"{source}/attention/layer_norm", f"{attention}_layer_norm")
        rows(taken, size, weights, f"{source}/attention/linear_0", attention, ("q_proj",))
        rows(taken, size, weights, f"{source}/attention/linear_1", attention, ("k_proj", "v_proj"))
        rows(taken, size, weights, f"{source}/attention/linear_2", attention, ("out_proj",))
    norm(taken, size, weights, f"{source}/ffn/layer_norm", f"{target}.final_layer_norm")
    inner = 4 * size.width
    for name, number, shape in (("fc1", 0, (inner, size.width)), ("fc2", 1, (size.width, inner))):
        weights[f"{target}.{name}.weight"] = taken.get(f"{source}/ffn/linear_{number}/weight", shape)
        weights[f"{target}.{name}.bias"] = taken.get(f"{source}/ffn/linear_{number}/bias", shape[:1])


def norm(taken, size, weights, source, target):
    """A layer normalisation."""
    weights[f"{target}.weight"] = taken.get(f"{source}/gamma", (size.width,))
    weights[f"{target}.bias"] = taken.get(f"{source}/beta", (size.width,))


def rows(taken, size, weights, source, target, names):
    """Splits projections that CTranslate2 stacked; Whisper's keys have no bias, so theirs must be zero."""
    weight = taken.get(f"{source}/weight", (len(names) * size.width, size.width))
    bias = taken.get(f"{source}/bias", (len(names) * size.width,))
    for name, w, b in zip(names, np.split(weight, len(names)), np.split(bias, len(names))):
        weights[f"{target}.{name}.weight"] = w
        if name != "k_proj":
            weights[f"{target}.{name}.bias"] = b
        elif b.any():
            raise Unfit(f"model.bin: {source} gives keys a bias, which Whisper does not have")
