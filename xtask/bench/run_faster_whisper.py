#!/usr/bin/env python3
"""Writes down raw sound with faster-whisper, and says what that took.

    python run_faster_whisper.py MODEL_FOLDER SOUND LANGUAGE WARM_UP_SECONDS [--words]

SOUND is mono, 16 kHz, signed 16 bit, little-endian. Prints one JSON document: the text, and what the run over the
whole sound took. Loading the model and writing down the first WARM_UP_SECONDS once before count for the peak of memory
only. Settings are those of xtask/src/command/bench/method.md; what is not named there is faster-whisper's default.
"""
import json
import sys
import time

import numpy as np
from faster_whisper import WhisperModel

SAMPLE_RATE_HZ = 16_000


def peak_memory_bytes():
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def main():
    folder, sound, language, warm_up_seconds = sys.argv[1:5]
    model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=2)
    samples = np.fromfile(sound, dtype="<i2").astype(np.float32) / 32768

    def write_down(part):
        segments, _ = model.transcribe(
            part,
            language=language,
            beam_size=1,
            vad_filter=True,
            condition_on_previous_text=False,
            word_timestamps="--words" in sys.argv[5:],
        )
        # Segments are computed as they are asked for.
        return " ".join(segment.text for segment in segments)

    write_down(samples[: int(warm_up_seconds) * SAMPLE_RATE_HZ])
    before = time.process_time()
    text = write_down(samples)
    cpu_s = time.process_time() - before
    print(json.dumps({"text": text, "cpu_s": cpu_s, "peak_memory_bytes": peak_memory_bytes()}))


if __name__ == "__main__":
    main()
