"""Builds one ONNX graph, in float32 or with 8-bit convolutions, and writes the file.

Values pass between operations by name. Two runs on the same weights give the same bytes on any machine: names are
counted, the order is that of the calls, and every number is computed by single IEEE operations, never by a sum whose
order a library chooses.

An 8-bit graph is of the kind called QDQ: float operations between pairs of QuantizeLinear and DequantizeLinear, which
ONNX Runtime fuses into integer ones. Activations are u8 with one scale for the tensor, from ranges measured
beforehand (ranges.json); weights are s8 with one scale for each output channel.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET, IR_VERSION = 17, 8
WEIGHT_LIMIT = 63
"""Weights lie within -63..63 (7 bits): where x86 has no VNNI, ONNX Runtime adds pairs of u8 * s8 products in 16 bits,
which saturate with 8-bit weights, so that results would depend on the machine."""
CLIP_LIMIT = 6
"""The network's activations end here. In an 8-bit graph saturation takes the place of the operation."""
INT32 = np.iinfo(np.int32)


class Graph:
    """A graph under construction; `ranges` has name -> (lowest, highest) of activations and makes it 8-bit."""

    def __init__(self, ranges=None):
        self.ranges = ranges
        self.nodes, self.constants, self.inputs, self.outputs = [], {}, [], []
        self.scales, self.observable = {}, []

    def constant(self, name, value):
        """A value that is part of the file; the first of a name counts."""
        if name not in self.constants:
            # A scalar has to stay one: with a scale of the shape [1] sums are not fused.
            self.constants[name] = np.asarray(value, order="C")
        return name

    def call(self, kind, *arguments, out=None, **attributes):
        """One operation; gives the name of its only result."""
        name = f"{kind}_{len(self.nodes)}"
        result = out or name
        self.nodes.append(helper.make_node(kind, list(arguments), [result], name, **attributes))
        return result

    def input(self, name, shape):
        """Declares a float32 input."""
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        return name

    def output(self, name, value, shape):
        """Declares a float32 output with the value computed as `value`."""
        self.call("Identity", value, out=name)
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def activation(self, name, value):
        """A point where ranges are measured and an 8-bit graph rounds to u8."""
        self.observable.append((name, value))
        if self.ranges is None:
            return value
        return self.dequantised(self.quantised(name, value))

    def quantised(self, name, value):
        """The u8 form of an activation; its scale is kept for the bias of what reads it."""
        low, high = (float(bound) for bound in self.ranges[name])
        low, high = min(low, 0.0), max(high, 0.0)
        scale = np.float32((high - low) / 255)
        zero = np.uint8(np.rint(-low / float(scale)))
        parts = self.constant(f"{name}.scale", scale), self.constant(f"{name}.zero", zero)
        result = self.call("QuantizeLinear", value, *parts)
        self.scales[result] = scale, parts
        return result

    def dequantised(self, value):
        """The float32 form of a u8 activation."""
        scale, parts = self.scales[value]
        result = self.call("DequantizeLinear", value, *parts)
        self.scales[result] = scale, parts
        return result

    def weight_and_bias(self, x, name, weight, bias):
        """Both, float64 and with outputs first, as inputs of an operation on x: float32, or what rounding leaves."""
        names = f"{name}.weight", f"{name}.bias"
        if self.ranges is None:
            return [self.constant(part, value.astype(np.float32)) for part, value in zip(names, (weight, bias))]
        rounded, scales = self.rounded_weight(names[0], weight)
        return rounded, self.rounded_bias(names[1], bias, self.scales[x][0] * scales)

    def rounded_weight(self, name, weight):
        """`(name of the float32 form, scales)` of a weight as s8, one scale for each output."""
        largest = np.abs(weight).max(axis=tuple(range(1, weight.ndim)))
        scales = (np.maximum(largest, 1e-12) / WEIGHT_LIMIT).astype(np.float32)
        integers = np.rint(weight / scales.astype(np.float64).reshape(-1, *[1] * (weight.ndim - 1)))
        integers = np.clip(integers, -WEIGHT_LIMIT, WEIGHT_LIMIT).astype(np.int8)
        parts = (
            self.constant(f"{name}.s8", integers),
            self.constant(f"{name}.scale", scales),
            self.constant(f"{name}.zero", np.zeros(len(scales), np.int8)),
        )
        return self.call("DequantizeLinear", *parts, axis=0), scales

    def rounded_bias(self, name, bias, scales):
        """The float32 form of a float64 bias as s32 in units of `scales`."""
        integers = np.clip(np.rint(bias / scales.astype(np.float64)), INT32.min, INT32.max).astype(np.int32)
        parts = (
            self.constant(f"{name}.s32", integers),
            self.constant(f"{name}.scale", scales),
            self.constant(f"{name}.zero", np.zeros(len(scales), np.int32)),
        )
        return self.call("DequantizeLinear", *parts, axis=0)

    def convolution(self, x, layer):
        """A layer of network.py, clipped to 0..6 where the layer is."""
        parts = self.weight_and_bias(x, layer.name, layer.weight, layer.bias)
        side = layer.weight.shape[2]
        y = self.call(
            "Conv", x, *parts,
            kernel_shape=[side, side], strides=[layer.stride] * 2, pads=list(layer.pads), group=layer.groups,
        )
        if layer.clipped and self.ranges is None:
            bounds = self.constant("clip.low", np.float32(0)), self.constant("clip.high", np.float32(CLIP_LIMIT))
            y = self.call("Clip", y, *bounds)
        return self.activation(layer.name, y)

    def linear(self, x, name, weight, bias):
        """x [n, in] times `weight` [out, in], turned, plus `bias` [out]; the result is never rounded."""
        return self.call("Gemm", x, *self.weight_and_bias(x, name, weight, bias), transB=1)

    def save(self, path):
        """Writes the model, and checks it; gives the path."""
        constants = [numpy_helper.from_array(value, name) for name, value in self.constants.items()]
        graph = helper.make_graph(self.nodes, path.stem, self.inputs, self.outputs, constants)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="vindex"
        )
        path.write_bytes(model.SerializeToString(deterministic=True))
        onnx.checker.check_model(str(path), full_check=True)
        return path
