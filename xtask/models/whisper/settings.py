"""The JSON files beside the graphs, with the field names of Hugging Face's Whisper."""
import json

from errors import Unfit
from source import find, read_json, read_vocabulary
from weights import FRAMES, POSITIONS

MULTILINGUAL_FROM = 51865
"""Whisper's English-only vocabulary has 51864 tokens, the multilingual ones 51865 or 51866."""


def read_settings(folder, size):
    """file name -> value for config.json, generation_config.json and preprocessor_config.json."""
    source, vocabulary = read_json(find(folder, "config.json")), read_vocabulary(folder)
    if len(vocabulary) != size.vocabulary:
        raise Unfit(f"the vocabulary has {len(vocabulary)} tokens, model.bin {size.vocabulary}")
    tokens = token_settings(source, vocabulary)
    return {
        "config.json": network_settings(size) | tokens,
        "generation_config.json": tokens | generation_settings(source, vocabulary, size),
        "preprocessor_config.json": feature_settings(size),
    }


def token_id(vocabulary, name):
    """The id of the special token <|name|>."""
    if f"<|{name}|>" not in vocabulary:
        raise Unfit(f"the vocabulary has no <|{name}|>")
    return vocabulary[f"<|{name}|>"]


def listed(source, name):
    """A list of config.json."""
    if not isinstance(source.get(name), list):
        raise Unfit(f"config.json: no list {name}")
    return source[name]


def alignment_heads(source, size):
    """The (layer, head) pairs whose attention follows the audio, in rising order."""
    pairs = sorted(tuple(pair) for pair in listed(source, "alignment_heads"))
    for layer, head in pairs:
        if not (0 <= layer < size.decoder_layers and 0 <= head < size.heads):
            raise Unfit(f"config.json: the alignment head {layer}, {head} is not in the model")
    if not pairs:
        raise Unfit("config.json: alignment_heads is empty")
    return pairs


def token_settings(source, vocabulary):
    """Tokens that open, close and fill a sequence, and those never to be chosen."""
    end = token_id(vocabulary, "endoftext")
    return {
        "bos_token_id": end,
        "eos_token_id": end,
        "pad_token_id": end,
        "decoder_start_token_id": token_id(vocabulary, "startoftranscript"),
        "begin_suppress_tokens": listed(source, "suppress_ids_begin"),
        "suppress_tokens": listed(source, "suppress_ids"),
    }


def generation_settings(source, vocabulary, size):
    """How to decode. Languages are the tokens between <|startoftranscript|> and <|translate|>."""
    multilingual = size.vocabulary >= MULTILINGUAL_FROM
    settings = {
        "alignment_heads": [list(pair) for pair in alignment_heads(source, size)],
        "is_multilingual": multilingual,
        "max_initial_timestamp_index": 50,
        "max_length": POSITIONS,
        "no_timestamps_token_id": token_id(vocabulary, "notimestamps"),
        "prev_sot_token_id": token_id(vocabulary, "startofprev"),
        "return_timestamps": False,
    }
    if multilingual:
        first, last = token_id(vocabulary, "startoftranscript"), token_id(vocabulary, "translate")
        settings["lang_to_id"] = {name: number for name, number in vocabulary.items() if first < number < last}
        settings["task_to_id"] = {task: token_id(vocabulary, task) for task in ("transcribe", "translate")}
    return settings


def network_settings(size):
    """The network's shape."""
    settings = {
        "architectures": ["WhisperForConditionalGeneration"],
        "model_type": "whisper",
        "activation_function": "gelu",
        "d_model": size.width,
        "num_mel_bins": size.bands,
        "vocab_size": size.vocabulary,
        "max_source_positions": FRAMES,
        "max_target_positions": POSITIONS,
        "scale_embedding": False,
        "tie_word_embeddings": True,
    }
    for side, layers in (("encoder", size.encoder_layers), ("decoder", size.decoder_layers)):
        settings[f"{side}_layers"] = layers
        settings[f"{side}_attention_heads"] = size.heads
        settings[f"{side}_ffn_dim"] = 4 * size.width
    return settings


def feature_settings(size):
    """How audio becomes input_features: 16 kHz, windows of 25 ms every 10 ms, 30 s."""
    return {
        "feature_extractor_type": "WhisperFeatureExtractor",
        "processor_class": "WhisperProcessor",
        "feature_size": size.bands,
        "sampling_rate": 16000,
        "n_fft": 400,
        "hop_length": 160,
        "chunk_length": 30,
        "n_samples": 480000,
        "nb_max_frames": 2 * FRAMES,
        "padding_side": "right",
        "padding_value": 0.0,
        "return_attention_mask": False,
    }


def write_json(path, value):
    """Writes a value as UTF-8 with a final line feed, the same on every system."""
    path.write_bytes((json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())
