class RefusedError(Exception):
    """Why nothing was done, in a sentence or two for whoever runs the server."""


class InUseError(RefusedError):
    """There are people in the database, and nobody has said that they may be replaced."""


class UnfinishedError(Exception):
    """A backup is in its place, but the program cannot work with it yet."""
