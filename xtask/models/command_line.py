"""The command line that all converters have."""
import argparse
import hashlib
import sys
from pathlib import Path


def run(description, convert, unfit):
    """Has `convert` read and write what the command line says, and prints a line for each file written.

    `unfit` is the error that `convert` raises for what it reads; it and trouble with files end in one line and status 1.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", metavar="SRC", type=Path)
    parser.add_argument("out", metavar="OUT", type=Path)
    parser.add_argument("--weights", choices=("fp32", "int8"), required=True)
    parser.add_argument("--sha256", metavar="DIGEST")
    arguments = parser.parse_args()
    try:
        written = convert(arguments.source, arguments.out, arguments.weights == "int8", arguments.sha256)
    except (unfit, OSError) as error:
        sys.exit(f"convert.py: {error}")
    for path in sorted(written):
        print(_report(path))


def _report(path):
    """One line about a file written."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return f"{digest} {path.stat().st_size:>11} {path.name}"
