"""Finds and reads the files of a Whisper model in CTranslate2's format.

`model.bin` is little-endian throughout:

    u32 version (6), str specification ("WhisperSpec"), u32 revision (3)
    u32 n, n times: str name, u8 rank, u32 dimension * rank, u8 type, u32 byte count, the bytes
    u32 n, n times: str alias, str name

where str is a u16 length, which counts a final NUL, and the bytes. The layout is that of `ModelSpec.save` in
CTranslate2's Python package; the figures above were read from the published base and tiny.en models.
"""
import hashlib
import json
import re
import struct
from pathlib import Path

import numpy as np

from errors import Unfit

VERSION, SPECIFICATION, REVISION = 6, "WhisperSpec", 3
TYPES = {0: np.dtype("<f4"), 1: np.dtype("i1"), 2: np.dtype("<i2"), 3: np.dtype("<i4"), 4: np.dtype("<f2")}


def find(folder, name):
    """The file `name` in `folder`, or the only one of this name anywhere below (as unpacked wheels have it)."""
    if (folder / name).is_file():
        return folder / name
    found = sorted(folder.rglob(name))
    if len(found) != 1:
        raise Unfit(f"{folder}: {'no' if not found else 'more than one'} {name}")
    return found[0]


def model_bytes(folder):
    """The bytes of model.bin, joined from model.bin.part1, .part2, ... where it comes in parts."""
    if any(folder.rglob("model.bin")):
        return find(folder, "model.bin").read_bytes()
    parts = {}
    for path in folder.rglob("model.bin.part*"):
        number = re.fullmatch(r"model\.bin\.part([1-9][0-9]*)", path.name)
        if number and parts.setdefault(int(number[1]), path) != path:
            raise Unfit(f"{folder}: more than one {path.name}")
    if not parts:
        raise Unfit(f"{folder}: neither model.bin nor model.bin.part1")
    missing = [n for n in range(1, max(parts)) if n not in parts]
    if missing:
        raise Unfit(f"{folder}: model.bin.part{missing[0]} is missing")
    return b"".join(parts[n].read_bytes() for n in sorted(parts))


def check_digest(data, expected):
    """Refuses a model.bin whose SHA-256 is not the expected one (hexadecimal)."""
    actual = hashlib.sha256(data).hexdigest()
    if actual != expected.lower():
        raise Unfit(f"model.bin: its SHA-256 is {actual}, not {expected.lower()}")


class Cursor:
    """Reads the little-endian fields of `data` one after another."""

    def __init__(self, data):
        self.data, self.position = data, 0

    def number(self, code):
        """One number; `code` as in the module struct."""
        (value,) = struct.unpack("<" + code, self.bytes(struct.calcsize("<" + code)))
        return value

    def bytes(self, count):
        """The next `count` bytes, not copied."""
        end = self.position + count
        if end > len(self.data):
            raise Unfit(f"model.bin: cut off after {len(self.data)} bytes")
        self.position, start = end, self.position
        return memoryview(self.data)[start:end]

    def text(self):
        """One str."""
        raw = bytes(self.bytes(self.number("H")))
        if not raw.endswith(b"\0"):
            raise Unfit(f"model.bin: no text where one should end at byte {self.position}")
        return raw[:-1].decode("utf-8", "replace")


def read_variables(data):
    """name -> array in the type and shape of the file; an alias gives the same array as the name it stands for."""
    cursor = Cursor(data)
    version = cursor.number("I")
    if version != VERSION:
        raise Unfit(f"model.bin: format version {version}; only {VERSION} can be read")
    specification, revision = cursor.text(), cursor.number("I")
    if (specification, revision) != (SPECIFICATION, REVISION):
        raise Unfit(f"model.bin: holds {specification} revision {revision}, not {SPECIFICATION} {REVISION}")
    variables = dict(read_variable(cursor) for _ in range(cursor.number("I")))
    for _ in range(cursor.number("I")):
        alias, name = cursor.text(), cursor.text()
        if name not in variables:
            raise Unfit(f"model.bin: {alias} stands for {name}, which is not there")
        variables[alias] = variables[name]
    if cursor.position != len(data):
        raise Unfit(f"model.bin: {len(data) - cursor.position} bytes too many")
    return variables


def read_variable(cursor):
    """The name and the array of the next variable."""
    name = cursor.text()
    shape = [cursor.number("I") for _ in range(cursor.number("B"))]
    code, size = cursor.number("B"), cursor.number("I")
    if code not in TYPES:
        raise Unfit(f"model.bin: {name} is of type {code}, which can't be read")
    if size != TYPES[code].itemsize * int(np.prod(shape, dtype=np.int64)):
        raise Unfit(f"model.bin: {name} has {size} bytes, which is not what its shape {shape} takes")
    return name, np.frombuffer(cursor.bytes(size), TYPES[code]).reshape(shape)


def read_json(path):
    """The JSON value of a file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Unfit(f"{path.name}: {error}") from error


def read_vocabulary(folder):
    """token -> id: one token a line in vocabulary.txt, or the list vocabulary.json of newer conversions."""
    if any(folder.rglob("vocabulary.txt")):
        tokens = find(folder, "vocabulary.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    else:
        tokens = read_json(find(folder, "vocabulary.json"))
    return {token: number for number, token in enumerate(tokens)}
