"""The one family of exceptions: what a user can mend.

Raised at the border with one line that says what to do; caught only in `cli/main.py` and at the worker boundary.
A bug in audiorec is not in this family: it surfaces as a traceback.
"""


class AudiorecError(Exception):
    """Something the user can mend; the message is one line that says what is wrong and what to do."""


class RecipeError(AudiorecError):
    """A recipe is missing, misspelt or of another kind."""


class WorkspaceError(AudiorecError):
    """A workspace is absent, locked by another process, or of another version."""


class CheckpointError(AudiorecError):
    """A model is absent, broken, or does not fit the features at hand."""


class DecodeError(AudiorecError):
    """An audio file could not be decoded; the message is the reason a person understands."""


class InputError(AudiorecError):
    """A file or an argument that the user gave cannot be used."""


class TooLittleError(InputError):
    """There are too few songs or listens to learn this from; what is made of several models goes on without it."""


class UnknownNameError(InputError):
    """A user, song, artist or choice that is not known; the message lists near or known names."""
