"""Whisper's encoder and decoder as ONNX graphs.

Axes: b windows, t tokens, past tokens seen before, width = heads * head_width, 1500 encoder frames of 20 ms.
Input and output names are those of Hugging Face's exports.
"""
import numpy as np
from onnx import TensorProto

from graph import MICROSOFT, Graph
from weights import FRAMES

MEL_FRAMES = 2 * FRAMES
MASKED = -1e9
"""Added to the score of a later token: its weight becomes 0, and unlike -inf no row can become NaN."""


def encoder(weights, size, quantised=False, cross=True, fused=True):
    """input_features [b, bands, 3000] -> last_hidden_state [b, 1500, width].

    With `cross` also present.N.encoder.{key,value} [b, heads, 1500, head_width]: what the decoder's layers look at,
    computed once a window. `fused` attends in tiles, by ONNX Runtime's own operation, and never holds the
    1500 x 1500 scores.
    """
    graph, name = Graph(weights, size.heads, quantised), "model.encoder"
    x = graph.input("input_features", TensorProto.FLOAT, ["batch", size.bands, MEL_FRAMES])
    for part, stride in (("conv1", 1), ("conv2", 2)):
        x = graph.gelu(graph.convolution(x, f"{name}.{part}", stride))
    positions = graph.constant("encoder_positions", graph.weight(f"{name}.embed_positions.weight"))
    x = graph.call("Add", graph.call("Transpose", x, perm=[0, 2, 1]), positions)
    for number in range(size.encoder_layers):
        layer = f"{name}.layers.{number}"
        x = graph.call("Add", x, encoder_attention(graph, size, x, layer, fused))
        x = feed_forward(graph, x, layer)
    x = graph.norm(x, f"{name}.layer_norm")
    graph.output("last_hidden_state", x, ["batch", FRAMES, size.width])
    for number in range(size.decoder_layers if cross else 0):
        output_pair(graph, size, number, "encoder", cross_pair(graph, x, number), FRAMES)
    return graph


def encoder_attention(graph, size, x, layer, fused):
    """Every frame looks at every frame."""
    name = f"{layer}.self_attn"
    x = graph.norm(x, f"{name}_layer_norm")
    queries = graph.linear(x, f"{name}.q_proj", query_scale(size))
    keys, values = (graph.linear(x, f"{name}.{part}_proj") for part in "kv")
    if fused:
        y = graph.call(
            "MultiHeadAttention", queries, keys, values, domain=MICROSOFT, num_heads=size.heads, scale=1.0
        )
    else:
        y, _ = graph.attend(queries, graph.split_heads(keys), graph.split_heads(values))
    return graph.linear(y, f"{name}.out_proj")


def decoder(weights, size, alignment=None, quantised=False, past=True, cross=None):
    """input_ids [b, t] -> logits [b, t, vocabulary], present.N.decoder.{key,value} [b, heads, past + t, head_width].

    With `past` it takes past_key_values.N.{decoder,encoder}.{key,value}; the decoder's may have length 0, so one
    graph serves for the prompt and for every later token. Without, it takes encoder_hidden_states [b, 1500, width]
    and also gives present.N.encoder.*.

    Attention to the audio comes out as `cross` says: "alignment" cross_attentions [b, pairs, t, 1500] of the
    (layer, head) pairs in `alignment`, in that order; "layers" cross_attentions.N [b, heads, t, 1500] of every
    layer; None not at all.
    """
    graph, name = Graph(weights, size.heads, quantised), "model.decoder"
    ids = graph.input("input_ids", TensorProto.INT64, ["batch", "tokens"])
    pairs = inputs(graph, size, past)
    start = graph.call("Shape", pairs[0, "decoder"][0], start=2, end=3) if past else graph.integers(0)
    end = graph.call("Add", start, graph.call("Shape", ids, start=1, end=2))
    x, mask = embed(graph, ids, start, end), causal_mask(graph, start, end)
    presents, attentions = [], []
    for number in range(size.decoder_layers):
        layer = f"{name}.layers.{number}"
        y, own = self_attention(graph, size, x, layer, pairs.get((number, "decoder")), mask)
        x = graph.call("Add", x, y)
        audio = pairs[number, "encoder"] if past else cross_pair(graph, "encoder_hidden_states", number)
        y, attention = cross_attention(graph, size, x, layer, audio)
        x = feed_forward(graph, graph.call("Add", x, y), layer)
        presents.append((own, audio))
        attentions.append(attention)
    x = graph.norm(x, f"{name}.layer_norm")
    table = graph.weight(f"{name}.embed_tokens.weight")
    logits = graph.product(x, "proj_out.weight", table.T)
    graph.output("logits", logits, ["batch", "tokens", size.vocabulary])
    for number, (own, audio) in enumerate(presents):
        output_pair(graph, size, number, "decoder", own, "total")
        if not past:
            output_pair(graph, size, number, "encoder", audio, FRAMES)
    if cross == "alignment":
        chosen = gather_heads(graph, attentions, alignment)
        graph.output("cross_attentions", chosen, ["batch", len(alignment), "tokens", FRAMES])
    elif cross == "layers":
        for number, attention in enumerate(attentions):
            graph.output(f"cross_attentions.{number}", attention, ["batch", size.heads, "tokens", FRAMES])
    return graph


def query_scale(size):
    """1 / sqrt(head_width), folded into the queries: 0.125 in every published size, so nothing is rounded."""
    return 1 / np.sqrt(size.head_width)


def inputs(graph, size, past):
    """Declares what the decoder takes besides tokens; (layer, side) -> (key, value) with a past, else nothing."""
    if not past:
        graph.input("encoder_hidden_states", TensorProto.FLOAT, ["batch", FRAMES, size.width])
        return {}
    pairs = {}
    for number in range(size.decoder_layers):
        for side, length in (("decoder", "past"), ("encoder", FRAMES)):
            shape = ["batch", size.heads, length, size.head_width]
            pairs[number, side] = tuple(
                graph.input(f"past_key_values.{number}.{side}.{part}", TensorProto.FLOAT, shape)
                for part in ("key", "value")
            )
    return pairs


def embed(graph, ids, start, end):
    """Tokens and the positions start..end as [b, t, width].

    The table stays in the type of the file and its rows are cast: nothing is lost, and float16 halves it.
    """
    table = graph.constant("token_table", graph.weights["model.decoder.embed_tokens.weight"])
    tokens = graph.call("Cast", graph.call("Gather", table, ids), to=TensorProto.FLOAT)
    positions = graph.constant("decoder_positions", graph.weight("model.decoder.embed_positions.weight"))
    return graph.call("Add", tokens, graph.call("Slice", positions, start, end, graph.integers(0)))


def causal_mask(graph, start, end):
    """[end - start, end]: 0 where a token may look, MASKED at those after it."""
    axis = graph.integers(0)
    first, last = graph.call("Squeeze", start, axis), graph.call("Squeeze", end, axis)
    zero, one = (graph.constant(f"i64_scalar_{n}", np.int64(n)) for n in (0, 1))
    rows = graph.call("Unsqueeze", graph.call("Range", first, last, one), graph.integers(1))
    later = graph.call("Greater", graph.call("Range", zero, last, one), rows)
    return graph.call("Where", later, graph.number(MASKED), graph.number(0))


def self_attention(graph, size, x, layer, past, mask):
    """`(result, (keys, values))`: tokens look at themselves and those before; the pair includes the past."""
    name = f"{layer}.self_attn"
    x = graph.norm(x, f"{name}_layer_norm")
    queries = graph.linear(x, f"{name}.q_proj", query_scale(size))
    pair = [graph.split_heads(graph.linear(x, f"{name}.{part}_proj")) for part in "kv"]
    if past:
        pair = [graph.call("Concat", old, new, axis=2) for old, new in zip(past, pair)]
    y, _ = graph.attend(queries, *pair, mask)
    return graph.linear(y, f"{name}.out_proj"), pair


def cross_attention(graph, size, x, layer, audio):
    """`(result, attention)`: tokens look at the window's frames through the keys and values `audio`."""
    name = f"{layer}.encoder_attn"
    queries = graph.linear(graph.norm(x, f"{name}_layer_norm"), f"{name}.q_proj", query_scale(size))
    y, attention = graph.attend(queries, *audio)
    return graph.linear(y, f"{name}.out_proj"), attention


def cross_pair(graph, hidden, number):
    """Keys and values of a decoder layer's look at the audio, [b, heads, 1500, head_width]."""
    name = f"model.decoder.layers.{number}.encoder_attn"
    return [graph.split_heads(graph.linear(hidden, f"{name}.{part}_proj")) for part in "kv"]


def feed_forward(graph, x, layer):
    """x plus its two-layer perceptron."""
    inner = graph.gelu(graph.linear(graph.norm(x, f"{layer}.final_layer_norm"), f"{layer}.fc1"))
    return graph.call("Add", x, graph.linear(inner, f"{layer}.fc2"))


def output_pair(graph, size, number, side, pair, length):
    """present.N.`side`.{key,value}."""
    for part, value in zip(("key", "value"), pair):
        shape = ["batch", size.heads, length, size.head_width]
        graph.output(f"present.{number}.{side}.{part}", value, shape)


def gather_heads(graph, attentions, alignment):
    """[b, pairs, t, 1500] of the (layer, head) pairs, which come in rising order."""
    parts = []
    for number in sorted({layer for layer, _ in alignment}):
        heads = [head for layer, head in alignment if layer == number]
        parts.append(graph.call("Gather", attentions[number], graph.integers(*heads), axis=1))
    return graph.call("Concat", *parts, axis=1)
