"""The JSON files beside the graphs, with the field names of a Hugging Face CLIP export."""
import json

from network import CLASSES, IMAGE_SIZE

TEXT_MODEL = "bge-small-en-v1.5"
BICUBIC = 3
"""Pillow's number for the filter."""


def network_settings(text_dimensions, dimensions):
    """What the two graphs take and give."""
    return {
        "architectures": ["VisualBridge"],
        "model_type": "visual-bridge",
        "image_size": IMAGE_SIZE,
        "num_labels": CLASSES,
        "projection_dim": dimensions,
        "text_model": TEXT_MODEL,
        "text_dim": text_dimensions,
    }


def image_settings():
    """How a picture becomes pixel_values: (pixel - 127) / 128 of the square in the middle."""
    return {
        "image_processor_type": "CLIPImageProcessor",
        "do_convert_rgb": True,
        "do_resize": True,
        "size": {"shortest_edge": IMAGE_SIZE},
        "resample": BICUBIC,
        "do_center_crop": True,
        "crop_size": {"height": IMAGE_SIZE, "width": IMAGE_SIZE},
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": [127 / 255] * 3,
        "image_std": [128 / 255] * 3,
    }


def write_json(path, value):
    """Writes a value as UTF-8 with a final line feed, the same on every system; gives the path."""
    path.write_bytes((json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())
    return path
