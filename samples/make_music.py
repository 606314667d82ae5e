"""Makes extra/music.m4a: fifteen seconds of a small band, synthesised here, in which nobody sings or speaks.

    python samples/make_music.py [FFMPEG]

Needs ffmpeg and numpy. Plucked strings, bass, a bell's tune and drums over six bars; the same bytes every time
with the same ffmpeg.
"""

import pathlib
import subprocess
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
RATE_HZ = 44100
BEAT_S = 60 / 96
BEATS_PER_BAR = 4
# Root and triad of every bar, as MIDI notes; the tune's notes, four beats a bar (None is a rest).
BARS = [
    (36, (60, 64, 67), (76, 79, 84, 79)),
    (33, (57, 60, 64), (81, None, 76, 72)),
    (41, (57, 60, 65), (77, 81, 84, 81)),
    (43, (59, 62, 67), (83, None, 79, 74)),
    (41, (57, 60, 65), (77, 81, 79, 77)),
    (36, (60, 64, 67), (76, 79, 84, None)),
]


def hertz(note):
    """Frequency of a MIDI note."""
    return 440 * 2 ** ((note - 69) / 12)


def seconds(length_s):
    """Times of the samples of so many seconds."""
    return np.arange(round(length_s * RATE_HZ)) / RATE_HZ


def pluck(note, length_s, noise):
    """A plucked string (Karplus and Strong): a burst of noise that goes round and loses its treble."""
    # The mean of neighbours delays by half a sample.
    wave = noise.uniform(-1, 1, round(RATE_HZ / hertz(note) - 0.5))
    rounds = []
    for _ in range(round(length_s * RATE_HZ / len(wave))):
        rounds.append(wave)
        wave = 0.498 * (wave + np.roll(wave, 1))
    return np.concatenate(rounds)


def bass(note, length_s):
    """Three harmonics that die away, the higher the sooner."""
    t = seconds(length_s)
    return sum(np.sin(2 * np.pi * hertz(note) * n * t) * np.exp(-2.5 * n * t) / n for n in (1, 2, 3))


def bell(note, length_s):
    """A struck bell: one sine that bends another, less and less."""
    t = seconds(length_s)
    bend = 1.8 * np.exp(-5 * t) * np.sin(2 * np.pi * 3.5 * hertz(note) * t)
    return np.sin(2 * np.pi * hertz(note) * t + bend) * np.exp(-3 * t)


def kick():
    """A sine that falls from 160 to 50 Hz."""
    t = seconds(0.25)
    return np.sin(2 * np.pi * (50 * t + 110 / 30 * (1 - np.exp(-30 * t)))) * np.exp(-12 * t)


def brush(noise, length_s, decay):
    """A snare (long) or a hi-hat (short): noise without its low part."""
    t = seconds(length_s)
    return np.diff(noise.uniform(-1, 1, len(t) + 1)) * np.exp(-decay * t)


def play(track, at_beat, loudness, sound):
    """Adds a sound to the track; what rings on past the end is cut off."""
    start = round(at_beat * BEAT_S * RATE_HZ)
    room = track[start : start + len(sound)]
    room += loudness * sound[: len(room)]


def band():
    """The piece: float samples, at most 0.8 either way, faded out at its end."""
    noise = np.random.default_rng(7)
    track = np.zeros(round(len(BARS) * BEATS_PER_BAR * BEAT_S * RATE_HZ))
    for bar, (root, chord, tune) in enumerate(BARS):
        first = bar * BEATS_PER_BAR
        for half in range(2 * BEATS_PER_BAR):
            note = (*chord, chord[1] + 12)[(0, 1, 2, 3, 2, 1, 2, 1)[half]]
            play(track, first + half / 2, 0.5, pluck(note, 1.2, noise))
            play(track, first + half / 2, 0.08, brush(noise, 0.08, 60))
        for beat, note in enumerate(tune, first):
            if beat % 2:
                play(track, beat, 0.2, brush(noise, 0.2, 22))
            else:
                play(track, beat, 0.7, kick())
            play(track, beat, 0.45, bass(root, 0.6))
            if note:
                play(track, beat, 0.3, bell(note, 1.2))
    fade = round(0.6 * RATE_HZ)
    track[-fade:] *= np.linspace(1, 0, fade)
    return 0.8 * track / np.abs(track).max()


def main(program="ffmpeg"):
    pcm = (band() * 32767).astype("<i2").tobytes()
    source = ["-f", "s16le", "-ar", str(RATE_HZ), "-ac", "1", "-i", "-"]
    exact = ["-b:a", "64k", "-movflags", "+faststart", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    target = HERE / "extra" / "music.m4a"
    subprocess.run([program, "-loglevel", "error", "-y", *source, *exact, target], input=pcm, check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
