"""Why a file cannot be read, in words for the person who brought it."""


class ReadingRefused(ValueError):
    """The file is refused as a whole; nothing was written. The text is Japanese and names the line where it can."""
