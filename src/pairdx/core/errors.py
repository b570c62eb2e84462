"""The one exception a user is meant to read."""


class PairdxError(Exception):
    """Bad input, said in one line: the file or field, its value, what is allowed, what to do.

    Stages and the command line print it without a traceback and exit with 1; anything else that
    escapes is a defect of ours and keeps its traceback.
    """
