"""What a user did wrong: one root."""


class UsageError(ValueError):
    """What a user wants cannot be done; the message says why, and what can.

    The command line shows it as one line and exits with 2. Anything else is a fault of ours and keeps its traceback.
    """
