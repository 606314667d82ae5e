"""The two graphs, whose outputs are compared by cosine.

A picture is known by the probabilities p of 1,000 classes, a text by how near its vector is to the text of each class;
both become points in the space of classes, projected to 512 dimensions:

    image_embeds = unit(sqrt(p) R)      text_embeds = unit(softmax(20 t C') R)

C [1000, 384] are the class texts' vectors and R [1000, 512] the projection, both from development/class_space.py.
"""
import numpy as np

from graph import Graph
from network import CLASSES, IMAGE_SIZE

SHARPNESS = np.float32(20)
"""How much a nearer class counts: the similarity is divided by 0.05 before the softmax."""
PIXELS = "pixel_values"
PIXEL_RANGE = (-127 / 128, 128 / 128)
"""What pixels of 0..255 become. 255 steps of 1/128: rounding them to u8 gives the pixels back unchanged."""


def probabilities(graph, network, pixels):
    """Class probabilities [n, 1000] of normalised pixels [n, 3, 260, 260]."""
    x = graph.convolution(graph.activation(PIXELS, pixels), network.stem)
    for block in network.blocks:
        y = x
        for layer in block.convolutions:
            y = graph.convolution(y, layer)
        x = graph.activation(f"{block.name}.sum", graph.call("Add", y, x)) if block.skips else y
    mean = graph.call("GlobalAveragePool", graph.convolution(x, network.head))
    # Flattened before it is rounded, so that the product's input is what was rounded.
    features = graph.activation("features", graph.call("Flatten", mean, axis=1))
    return graph.call("Softmax", graph.linear(features, "classifier", *network.classifier), axis=-1)


def image_graph(network, projection, ranges=None):
    """pixel_values -> image_embeds, probabilities."""
    graph = Graph(ranges)
    pixels = graph.input(PIXELS, ["n", 3, IMAGE_SIZE, IMAGE_SIZE])
    likely = probabilities(graph, network, pixels)
    embeds = projected(graph, graph.call("Sqrt", likely), projection)
    graph.output("image_embeds", embeds, ["n", projection.shape[1]])
    graph.output("probabilities", likely, ["n", CLASSES])
    return graph


def text_graph(class_vectors, projection):
    """text_vector -> text_embeds; always float32."""
    graph = Graph()
    vector = graph.input("text_vector", ["n", class_vectors.shape[1]])
    turned = graph.constant("class_vectors", class_vectors.astype(np.float32).T)
    nearness = graph.call("MatMul", vector, turned)
    sharper = graph.call("Mul", nearness, graph.constant("sharpness", SHARPNESS))
    embeds = projected(graph, graph.call("Softmax", sharper, axis=-1), projection)
    graph.output("text_embeds", embeds, ["n", projection.shape[1]])
    return graph


def projected(graph, weights, projection):
    """Weights of classes [n, 1000] as a vector [n, 512] of length 1."""
    product = graph.call("MatMul", weights, graph.constant("projection", projection.astype(np.float32)))
    return graph.call("LpNormalization", product, axis=-1, p=2)
