"""Frames of the samples, and what the image network is given of one."""
import json
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[4]
SAMPLES = ROOT / "samples"
VIDEOS = ("farm-morning", "hill-walk", "making-music", "stones-that-stayed", "wildlife-notebook")
SIZE = 640, 360
SIDE = 260


def read_scenes(video):
    """The video's scenes, with `start` and `end` in seconds."""
    return json.loads((SAMPLES / "truth" / f"{video}.json").read_text(encoding="utf-8"))["scenes"]


def read_frame(ffmpeg, video, at_s):
    """The picture at a time."""
    command = [ffmpeg, "-v", "error", "-ss", f"{at_s:.3f}", "-i", SAMPLES / "videos" / f"{video}.mp4"]
    command += ["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    return Image.frombytes("RGB", SIZE, data)


def square(image):
    """260x260: the shorter side resized to 260, bicubic, and the middle of the longer one, as CLIP's processor does."""
    width, height = image.size
    scale = SIDE / min(width, height)
    image = image.resize((int(width * scale), int(height * scale)), Image.Resampling.BICUBIC)
    left, top = (image.width - SIDE) // 2, (image.height - SIDE) // 2
    return image.crop((left, top, left + SIDE, top + SIDE))


def pixel_values(image):
    """float32 [1, 3, 260, 260] of a square picture."""
    pixels = np.asarray(image, np.float32).transpose(2, 0, 1)
    return np.ascontiguousarray((pixels[None] - 127) / 128, np.float32)
