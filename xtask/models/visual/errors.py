"""The one error the converter raises for what it reads."""


class Unfit(Exception):
    """The files given can't be made into the model; the message is one line for a person."""
