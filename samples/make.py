"""Makes the files of this folder from the sample videos as they were rendered, without any subtitles.

    python samples/make.py ORIGINALS [FFMPEG]

ORIGINALS holds NAME.mp4 and NAME.json (the truth) of each video and queries.json. Needs ffmpeg and the
standard library. The bytes of the pictures and of the sound are copied, never encoded again.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap

HERE = pathlib.Path(__file__).resolve().parent
# How each video carries the text of its narration.
NARRATION_TEXT = {
    "farm-morning": "sidecar.srt",
    "making-music": "sidecar.vtt",
    "stones-that-stayed": "embedded",
    "wildlife-notebook": "embedded",
    "hill-walk": "none",
}
LINE_CHARS, LINES = 42, 2


def wrapped(text):
    """The text in as few lines as it needs, of lengths as even as they can be."""
    fewest = textwrap.wrap(text, LINE_CHARS)
    even = (textwrap.wrap(text, width) for width in range(20, LINE_CHARS))
    return next((lines for lines in even if len(lines) == len(fewest)), fewest)


def captions(text):
    """Splits a narration into captions of at most two lines: sentences, joined where two fit into one."""
    pieces = []
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        while len(wrapped(sentence)) > LINES:
            # At a comma near the middle if there is one, else between two words.
            cuts = [m.end() for m in re.finditer(r",\s|\s", sentence)]
            cut = min(cuts, key=lambda at: abs(at - len(sentence) / 2) - (15 if sentence[at - 2] == "," else 0))
            pieces.append(sentence[:cut].strip())
            sentence = sentence[cut:].strip()
        pieces.append(sentence)
    joined = pieces[:1]
    for piece in pieces[1:]:
        both = f"{joined[-1]} {piece}"
        if joined[-1][-1] in ".!?" and len(wrapped(both)) <= LINES:
            joined[-1] = both
        else:
            joined.append(piece)
    return joined


def cues(truth):
    """(start_ms, end_ms, text) of every caption; a narration's time is shared out by the letters."""
    for scene in truth["scenes"]:
        narration = scene["narration"]
        if not narration:
            continue
        start, end = narration["start"] * 1000, narration["end"] * 1000
        pieces = captions(narration["text"])
        letters, spoken = sum(map(len, pieces)), 0
        for piece in pieces:
            first = start + (end - start) * spoken / letters
            spoken += len(piece)
            yield round(first), round(start + (end - start) * spoken / letters), "\n".join(wrapped(piece))


def clock(ms, point):
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"


def srt(truth):
    blocks = (f"{n}\n{clock(a, ',')} --> {clock(b, ',')}\n{text}\n" for n, (a, b, text) in enumerate(cues(truth), 1))
    return "\n".join(blocks)


def vtt(truth):
    blocks = (f"{clock(a, '.')} --> {clock(b, '.')}\n{text}\n" for a, b, text in cues(truth))
    return "WEBVTT\n\n" + "\n".join(blocks)


def ffmpeg(program, *arguments):
    subprocess.run([program, "-loglevel", "error", "-y", *map(str, arguments)], check=True)


def make_video(program, original, truth, target):
    carries = NARRATION_TEXT[truth["id"]]
    exact = ["-c", "copy", "-movflags", "+faststart", "-fflags", "+bitexact"]
    if carries == "embedded":
        with tempfile.TemporaryDirectory() as folder:
            subtitles = pathlib.Path(folder, "captions.srt")
            subtitles.write_text(srt(truth), "utf-8")
            track = ["-c:s", "mov_text", "-metadata:s:s:0", "language=eng", "-disposition:s:0", "default"]
            ffmpeg(program, "-i", original, "-i", subtitles, "-map", 0, "-map", 1, *exact, *track, target)
        return
    target.write_bytes(original.read_bytes())
    if carries == "sidecar.srt":
        target.with_suffix(".srt").write_text(srt(truth), "utf-8")
    elif carries == "sidecar.vtt":
        target.with_suffix(".vtt").write_text(vtt(truth), "utf-8")


def make_queries(originals):
    lines = []
    for query in json.loads((originals / "queries.json").read_text("utf-8")):
        tidy = {"query": query["query"], "video": query["video"]}
        if query["video"]:
            tidy |= {"start_ms": round(query["from_s"] * 1000), "end_ms": round(query["to_s"] * 1000)}
            tidy["needs"] = query["needs"]
        lines.append("  " + json.dumps(tidy, ensure_ascii=False))
    return "[\n" + ",\n".join(lines) + "\n]\n"


def credits(truths):
    """The table of photographs: one row each, in the order in which they are shown."""
    rows = ["| video | shows | author | licence | from |", "|---|---|---|---|---|"]
    for truth in truths:
        for scene in truth["scenes"]:
            made = scene["source"]
            licence = LICENCES[made["licence"]]
            package = f"`{made['file'].rsplit('/', 1)[-1]}` of {made['package']}"
            source = f"[original]({made['source']}), {package}" if made["source"] else package
            rows.append(f"| {truth['id']} | {scene['shows']} | {made['author']} | {licence} | {source} |")
    return "\n".join(rows)


# Only licences that allow altered copies to be passed on; any other stops the script.
LICENCES = {
    "Public Domain": "public domain",
    "CC0-1.0": "[CC0 1.0](https://creativecommons.org/publicdomain/zero/1.0/)",
    "CC-BY 2.0": "[CC BY 2.0](https://creativecommons.org/licenses/by/2.0/)",
    "CC-BY-4.0": "[CC BY 4.0](https://creativecommons.org/licenses/by/4.0/)",
}


def main(originals, program="ffmpeg"):
    originals = pathlib.Path(originals)
    for folder in ("videos", "truth", "extra"):
        (HERE / folder).mkdir(exist_ok=True)
    truths = []
    for name in sorted(NARRATION_TEXT):
        truth = json.loads((originals / f"{name}.json").read_text("utf-8"))
        video = HERE / "videos" / f"{name}.mp4"
        make_video(program, originals / f"{name}.mp4", truth, video)
        truth |= {"bytes": video.stat().st_size, "narration_text": NARRATION_TEXT[name]}
        (HERE / "truth" / f"{name}.json").write_text(json.dumps(truth, indent=1, ensure_ascii=False) + "\n", "utf-8")
        truths.append(truth)
    (HERE / "queries.json").write_text(make_queries(originals), "utf-8")
    exact = ["-c", "copy", "-movflags", "+faststart", "-fflags", "+bitexact", "-map_metadata", -1]
    ffmpeg(program, "-i", originals / "farm-morning.mp4", "-t", 11.5, "-vn", *exact, HERE / "extra/audio-only.m4a")
    ffmpeg(program, "-i", originals / "stones-that-stayed.mp4", "-t", 6, "-an", *exact, HERE / "extra/silent.mp4")
    page = HERE / "README.md"
    text = page.read_text("utf-8")
    head, rest = text.split("<!-- photographs -->\n", 1)
    tail = rest.split("<!-- end of photographs -->", 1)[1]
    table = f"<!-- photographs -->\n{credits(truths)}\n<!-- end of photographs -->"
    page.write_text(head + table + tail, "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
