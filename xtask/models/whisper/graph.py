"""Builds one ONNX graph: named weights, the operations Whisper is made of, and the file.

Values pass between operations by name. Two runs on the same weights give the same bytes: names are counted, the
order is that of the calls, and every float is computed by single IEEE operations.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MICROSOFT = "com.microsoft"
OPSETS = (("", 17), (MICROSOFT, 1))
IR_VERSION = 8
WEIGHT_LIMIT = 63
"""Weights of int8 graphs lie within -63..63 (7 bits). Where x86 has no VNNI, ONNX Runtime adds pairs of u8 * s8
products in 16 bits, which saturate with 8-bit weights; the seventh bit costs no accuracy that could be measured."""
EXTERNAL_ABOVE_BYTES = 2_000_000_000
"""One protobuf message ends at 2 GiB; larger graphs keep their weights in a file beside them."""


class Graph:
    """A graph under construction. `weights` has Hugging Face's names; `quantised` makes products of weights int8."""

    def __init__(self, weights, heads, quantised=False):
        self.weights, self.heads, self.quantised = weights, heads, quantised
        self.nodes, self.constants, self.inputs, self.outputs = [], {}, [], []
        self.row_scaled = {}

    def constant(self, name, value):
        """A value that is part of the file; the first of a name counts."""
        if name not in self.constants:
            self.constants[name] = np.ascontiguousarray(value)
        return name

    def integers(self, *values):
        """int64 [len(values)]: shapes, axes and bounds."""
        return self.constant("i64_" + "_".join(map(str, values)), np.array(values, np.int64))

    def number(self, value):
        """A float32 scalar."""
        return self.constant(f"f32_{value:.9g}", np.float32(value))

    def weight(self, name):
        """A weight as float32; None where the model has none of this name."""
        value = self.weights.get(name)
        return None if value is None else value.astype(np.float32)

    def call(self, kind, *arguments, out=None, domain="", **attributes):
        """One operation; gives the name of its only result."""
        name = f"{kind}_{len(self.nodes)}"
        result = out or name
        self.nodes.append(helper.make_node(kind, list(arguments), [result], name, domain=domain, **attributes))
        return result

    def input(self, name, kind, shape):
        """Declares an input."""
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, name, value, shape):
        """Declares a float32 output with the value computed as `value`."""
        self.call("Identity", value, out=name)
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def product(self, x, name, weight):
        """x [..., in] times `weight` [in, out].

        Quantised: every row of x is divided by its own largest magnitude and taken as u8 around 128, every column
        of the weight as s8 with its own scale. One scale for the whole of x, as dynamic quantisation has it, gives
        three times the error and makes a result depend on what else is in the batch.
        """
        if not self.quantised:
            return self.call("MatMul", x, self.constant(name, weight))
        step, middle = self.constant("u8_step", np.float32(1 / 127)), self.constant("u8_middle", np.uint8(128))
        rows, largest = self.scaled_rows(x, step, middle)
        scale = np.maximum(np.abs(weight).max(axis=0), np.float32(1e-10)) / np.float32(WEIGHT_LIMIT)
        columns = self.constant(f"{name}_s8", np.rint(weight / scale).astype(np.int8))
        scales = self.constant(f"{name}_scale", scale)
        zeros = self.constant(f"s8_zeros_{len(scale)}", np.zeros(len(scale), np.int8))
        y = self.call("MatMulIntegerToFloat", rows, columns, step, scales, middle, zeros, domain=MICROSOFT)
        return self.call("Mul", y, largest)

    def scaled_rows(self, x, step, middle):
        """`(u8 rows, largest magnitude of each)`; computed once for all products of x."""
        if x not in self.row_scaled:
            largest = self.call("ReduceMax", self.call("Abs", x), axes=[-1], keepdims=1)
            largest = self.call("Max", largest, self.number(1e-10))
            rows = self.call("QuantizeLinear", self.call("Div", x, largest), step, middle)
            self.row_scaled[x] = rows, largest
        return self.row_scaled[x]

    def linear(self, x, name, scale=1.0):
        """x [..., in] -> [..., out] by the layer `name`, its result times `scale`."""
        scale = np.float32(scale)
        y = self.product(x, f"{name}.weight", self.weight(f"{name}.weight").T * scale)
        bias = self.weight(f"{name}.bias")
        return y if bias is None else self.call("Add", y, self.constant(f"{name}.bias", bias * scale))

    def norm(self, x, name):
        """Layer normalisation over the last axis."""
        parts = [self.constant(f"{name}.{part}", self.weight(f"{name}.{part}")) for part in ("weight", "bias")]
        return self.call("LayerNormalization", x, *parts, axis=-1, epsilon=1e-5)

    def gelu(self, x):
        """GELU by the error function, in the form that ONNX Runtime fuses."""
        inner = self.call("Erf", self.call("Div", x, self.number(np.sqrt(np.float32(2)))))
        return self.call("Mul", self.call("Mul", x, self.call("Add", inner, self.number(1))), self.number(0.5))

    def convolution(self, x, name, stride):
        """x [b, in, frames] -> [b, out, frames / stride], three frames wide."""
        parts = [self.constant(f"{name}.{part}", self.weight(f"{name}.{part}")) for part in ("weight", "bias")]
        return self.call("Conv", x, *parts, kernel_shape=[3], pads=[1, 1], strides=[stride])

    def split_heads(self, x):
        """[b, t, width] -> [b, heads, t, width / heads]."""
        apart = self.call("Reshape", x, self.integers(0, 0, self.heads, -1))
        return self.call("Transpose", apart, perm=[0, 2, 1, 3])

    def attend(self, queries, keys, values, mask=None):
        """`(result [b, s, width], attention [b, heads, s, t])`.

        `queries` [b, s, width] come scaled; `keys` and `values` are [b, heads, t, width / heads]; `mask` [s, t] is
        added to the scores.
        """
        turned = self.call("Transpose", keys, perm=[0, 1, 3, 2])
        scores = self.call("MatMul", self.split_heads(queries), turned)
        attention = self.call("Softmax", self.call("Add", scores, mask) if mask else scores, axis=-1)
        joined = self.call("Transpose", self.call("MatMul", attention, values), perm=[0, 2, 1, 3])
        return self.call("Reshape", joined, self.integers(0, 0, -1)), attention

    def proto(self, name):
        """The graph without a model around it."""
        constants = [numpy_helper.from_array(value, key) for key, value in self.constants.items()]
        return helper.make_graph(self.nodes, name, self.inputs, self.outputs, constants)

    def save(self, path):
        """Writes the model, and checks it; gives the paths written."""
        return save(self.proto(path.stem), path)


def save(graph, path):
    """Writes `graph` to `path`, with its weights in `path`_data where they are too large for one message."""
    opsets = [helper.make_opsetid(*opset) for opset in OPSETS]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="vindex")
    written = [path]
    if sum(len(tensor.raw_data) for tensor in graph.initializer) > EXTERNAL_ABOVE_BYTES:
        written.append(path.with_name(f"{path.name}_data"))
        move_out(model.graph.initializer, written[1])
    path.write_bytes(model.SerializeToString(deterministic=True))
    onnx.checker.check_model(str(path))
    return written


def move_out(tensors, path):
    """Moves the bytes of all but small tensors to the file `path`, each at a multiple of 4096."""
    with path.open("wb") as file:
        for tensor in tensors:
            if len(tensor.raw_data) < 1024:
                continue
            file.write(bytes(-file.tell() % 4096))
            place = {"location": path.name, "offset": file.tell(), "length": len(tensor.raw_data)}
            file.write(tensor.raw_data)
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in place.items():
                tensor.external_data.add(key=key, value=str(value))
