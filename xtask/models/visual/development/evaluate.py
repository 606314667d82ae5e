#!/usr/bin/env python3
"""Judges converted models: search over the samples' scenes, and how far the 8-bit network agrees with the other.

    python evaluate.py BGE FFMPEG MODEL [MODEL ...]

BGE     folder with model.onnx and tokenizer.json of bge-small-en-v1.5, as installed
FFMPEG  the program
MODEL   folder written by convert.py

Models are compared with the first. A query's score is its best cosine among the frames in the middle of all scenes of all samples.
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime

from class_space import TextModel
from frames import SAMPLES, VIDEOS, pixel_values, read_frame, read_scenes, square


class Bridge:
    """A converted model, and what it says of pictures and texts."""

    def __init__(self, folder):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.vision, self.text = (
            onnxruntime.InferenceSession(folder / f"{name}_model.onnx", options, providers=["CPUExecutionProvider"])
            for name in ("vision", "text")
        )
        self.labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))

    def pictures(self, pictures):
        """(embeds [n, 512], probabilities [n, 1000])."""
        found = [self.vision.run(["image_embeds", "probabilities"], {"pixel_values": picture}) for picture in pictures]
        embeds, probabilities = zip(*found)
        return np.concatenate(embeds), np.concatenate(probabilities)

    def texts(self, vectors):
        """Embeds [n, 512]."""
        return self.text.run(None, {"text_vector": vectors})[0]


def read_pictures(ffmpeg):
    """The frame in the middle of every scene: [(video, scene)], pixel_values."""
    scenes, pictures = [], []
    for video in VIDEOS:
        for scene in read_scenes(video):
            scenes.append((video, scene))
            pictures.append(pixel_values(square(read_frame(ffmpeg, video, (scene["start"] + scene["end"]) / 2))))
    return scenes, pictures


def is_right(query, video, scene):
    """Whether a scene is what a query looks for."""
    middle_ms = 500 * (scene["start"] + scene["end"])
    return query["video"] == video and query["start_ms"] <= middle_ms < query["end_ms"]


def judge_search(name, bridge, queries, vectors, scenes, embeds):
    """Prints ranks and scores of the visual queries, and the scores of the others."""
    scores = bridge.texts(vectors) @ embeds.T
    hits = wanted = 0
    for query, row in zip(queries, scores):
        if query.get("needs") != "visual":
            continue
        right = np.array([is_right(query, video, scene) for video, scene in scenes])
        rank = 1 + int((row[~right] > row[right].max()).sum())
        wrong = np.where(right, -1, row).argmax()
        video, scene = scenes[wrong]
        hits, wanted = hits + (rank == 1), wanted + 1
        print(f"  {query['query']:32} rank {rank:2}  right {row[right].max():.3f}  "
              f"best wrong {row[wrong]:.3f} ({video}, {scene['shows']})")
    print(f"{name}: rank 1 for {hits} of {wanted} visual queries")
    for needs in ("visual", "speech", "screen-text", None):
        best = sorted((float(row.max()) for query, row in zip(queries, scores) if query.get("needs") == needs), reverse=True)
        print(f"  best scores, {needs or 'unanswerable'}: {' '.join(f'{score:.2f}' for score in best)}")


def main():
    bge, ffmpeg, *folders = sys.argv[1:]
    scenes, pictures = read_pictures(ffmpeg)
    queries = json.loads((SAMPLES / "queries.json").read_text(encoding="utf-8"))
    model = TextModel(Path(bge))
    vectors = np.array([model.vector(query["query"]) for query in queries], np.float32)
    tops = {}
    for folder in map(Path, folders):
        bridge = Bridge(folder)
        embeds, probabilities = bridge.pictures(pictures)
        tops[folder.name] = probabilities.argmax(axis=1), probabilities.max(axis=1), embeds, bridge.labels
        judge_search(folder.name, bridge, queries, vectors, scenes, embeds)
    first, *others = tops
    classes, sure, embeds, labels = tops[first]
    for other in others:
        found, _, other_embeds, _ = tops[other]
        cosines = (embeds * other_embeds).sum(axis=1)
        print(f"{other} against {first}: same class for {(found == classes).sum()} of {len(classes)} frames, "
              f"cosine of the embeds {cosines.min():.3f} at least, {np.median(cosines):.3f} in the middle")
        for i in np.flatnonzero(found != classes):
            print(f"  {scenes[i][1]['shows']}: {labels[found[i]]} instead of {labels[classes[i]]} ({sure[i]:.2f})")


if __name__ == "__main__":
    main()
