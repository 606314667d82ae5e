"""The one error the converter raises for what it reads."""


class Unfit(Exception):
    """The files given are not a Whisper model that can be converted; the message is one line for a person."""
