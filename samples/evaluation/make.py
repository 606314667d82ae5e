"""Makes the videos of the lectures beside it: slides and photographs that stand still, and subtitles.

    python samples/evaluation/make.py FFMPEG OUT

For every lectures/NAME.json it writes into OUT

    NAME.mp4         640x360, H.264, 5 pictures a second, no sound, a hard cut and a key frame at every section
    NAME.srt         a cue for every sentence
    NAME.times.json  id, title and tags; "duration_ms"; "sections", each with "start_ms", "end_ms", "photo" (or null)
                     and "sentences", each [start_ms, end_ms]

The rule of time stands here alone: whoever judges answers reads the times. Needs Pillow and the sample videos.
"""

import concurrent.futures
import itertools
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

from PIL import Image, ImageDraw, ImageFont

HERE = pathlib.Path(__file__).resolve().parent
SAMPLES = HERE.parent
WIDTH, HEIGHT, PICTURES_A_SECOND = 640, 360, 5
# The rule of time: 2.4 words a second is an unhurried speaker, and no subtitle flashes by.
WORDS_A_SECOND, LEAST_SENTENCE_MS = 2.4, 1500
AFTER_SENTENCE_MS, AFTER_SECTION_MS = 400, 1500
MARGIN, HEADING_SIZE, LINE_SIZE = 40, 32, 24
# Paper and ink of each lecture's slides: dark on light, so that every one of them can be read.
COLOURS = [
    ("#ffffff", "#1a1a1a"),
    ("#f6f1e1", "#33241a"),
    ("#e9f2f9", "#0f2a43"),
    ("#eef6ea", "#16361c"),
    ("#fbeeee", "#4a1414"),
    ("#f0edf8", "#2a1d4d"),
    ("#fff8d6", "#2b2b10"),
    ("#e8f4f2", "#0c3a38"),
    ("#f2f2f2", "#222233"),
]


def times(lecture):
    """When each section and sentence is, in ms; a section ends with a whole picture."""
    picture_ms = 1000 // PICTURES_A_SECOND
    now_ms, sections = 0, []
    for section in lecture["sections"]:
        start_ms, sentences = now_ms, []
        for sentence in section["sentences"]:
            length_ms = max(LEAST_SENTENCE_MS, round(len(sentence.split()) / WORDS_A_SECOND * 1000))
            sentences.append([now_ms, now_ms + length_ms])
            now_ms += length_ms + AFTER_SENTENCE_MS
        now_ms = math.ceil((now_ms + AFTER_SECTION_MS) / picture_ms) * picture_ms
        photo = section.get("photo")
        sections.append({"start_ms": start_ms, "end_ms": now_ms, "photo": photo, "sentences": sentences})
    about = {key: lecture[key] for key in ("id", "title", "tags")}
    return {**about, "duration_ms": now_ms, "sections": sections}


def subtitles(lecture, its_times):
    """The sentences as a SubRip file."""
    said = [text for section in lecture["sections"] for text in section["sentences"]]
    spans = [span for section in its_times["sections"] for span in section["sentences"]]
    cues = []
    for number, (text, (start_ms, end_ms)) in enumerate(zip(said, spans), 1):
        cues.append(f"{number}\n{clock(start_ms)} --> {clock(end_ms)}\n{text}\n")
    return "\n".join(cues)


def clock(at_ms):
    """00:01:02,345"""
    seconds, ms = divmod(at_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02},{ms:03}"


def wrapped(text, font, width):
    """The text in lines that are no wider than `width` pixels."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def draw_slide(slide, colours):
    """The slide as a picture, in the largest type in which it fits."""
    paper, ink = colours
    for shrink in range(0, 16):
        picture = Image.new("RGB", (WIDTH, HEIGHT), paper)
        draw = ImageDraw.Draw(picture)
        y = MARGIN - 10
        heading, line = (ImageFont.load_default(size - shrink) for size in (HEADING_SIZE, LINE_SIZE))
        for text in wrapped(slide["heading"], heading, WIDTH - 2 * MARGIN):
            draw.text((MARGIN, y), text, ink, heading)
            y += heading.size * 1.3
        draw.line((MARGIN, y + 4, WIDTH - MARGIN, y + 4), ink, 2)
        y += 22
        for entry in slide["lines"]:
            for text in wrapped(entry, line, WIDTH - 2 * MARGIN):
                draw.text((MARGIN, y), text, ink, line)
                y += line.size * 1.3
            y += line.size * 0.4
        if y <= HEIGHT - 8:
            return picture
    raise SystemExit(f"the slide {slide['heading']!r} has too much text")


def run(ffmpeg, *arguments):
    """Runs ffmpeg, which says nothing but what is wrong."""
    subprocess.run([ffmpeg, "-v", "error", "-nostdin", "-y", *map(str, arguments)], check=True)


def take_photo(ffmpeg, photo, file):
    """The picture in the middle of a scene of a sample video; `photo` is SAMPLE/SCENE."""
    sample, number = photo.split("/")
    truth = json.loads((SAMPLES / "truth" / f"{sample}.json").read_text())
    scene = next(scene for scene in truth["scenes"] if scene["scene"] == int(number))
    middle = (scene["start"] + scene["end"]) / 2
    video = SAMPLES / "videos" / f"{sample}.mp4"
    run(ffmpeg, "-ss", f"{middle:.3f}", "-i", video, "-frames:v", 1, "-update", 1, file)


def encode(ffmpeg, pictures, its_times, video):
    """One still after the other, each as long as its section."""
    inputs, repeats = [], []
    for number, (picture, section) in enumerate(zip(pictures, its_times["sections"])):
        count = (section["end_ms"] - section["start_ms"]) * PICTURES_A_SECOND // 1000
        inputs += ["-framerate", PICTURES_A_SECOND, "-i", picture]
        # After the conversion, so that each picture is decoded and converted once.
        repeats.append(f"[{number}:v]format=yuv420p,loop={count - 1}:1[{number}]")
    joined = "".join(f"[{number}]" for number in range(len(pictures)))
    filters = ";".join([*repeats, f"{joined}concat=n={len(pictures)}[v]"])
    # Half a picture early, so that no rounding of a time puts the key frame one picture late.
    half_ms = 500 // PICTURES_A_SECOND
    cuts = [max(0, section["start_ms"] - half_ms) / 1000 for section in its_times["sections"]]
    run(
        ffmpeg, *inputs,
        "-filter_complex", filters, "-map", "[v]",
        "-c:v", "libx264", "-threads", 1, "-preset", "veryfast", "-tune", "stillimage", "-crf", 23,
        "-force_key_frames", ",".join(f"{cut:.3f}" for cut in cuts),
        "-movflags", "+faststart", video,
    )  # fmt: skip


def make(ffmpeg, file, colours, out):
    """Makes everything of one lecture."""
    lecture = json.loads(file.read_text())
    its_times = times(lecture)
    with tempfile.TemporaryDirectory() as folder:
        pictures = []
        for number, section in enumerate(lecture["sections"]):
            picture = pathlib.Path(folder) / f"{number}.png"
            if "photo" in section:
                take_photo(ffmpeg, section["photo"], picture)
            else:
                draw_slide(section["slide"], colours).save(picture)
            pictures.append(picture)
        encode(ffmpeg, pictures, its_times, out / f"{lecture['id']}.mp4")
    (out / f"{lecture['id']}.srt").write_text(subtitles(lecture, its_times))
    (out / f"{lecture['id']}.times.json").write_text(json.dumps(its_times) + "\n")


def main():
    ffmpeg, out = sys.argv[1], pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    files = sorted((HERE / "lectures").glob("*.json"))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        made = [
            pool.submit(make, ffmpeg, file, colours, out)
            for file, colours in zip(files, itertools.cycle(COLOURS))
        ]
        for lecture in made:
            lecture.result()


if __name__ == "__main__":
    main()
