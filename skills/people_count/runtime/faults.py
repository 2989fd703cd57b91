"""What is wrong with a source of pictures, told in three parts: what, why, what to do."""

from __future__ import annotations


class SourceError(Exception):
    """A file, stream or device that cannot be watched; it survives the way between two processes.

    Args:
        what: What happened, as one sentence.
        why: The rule that was broken, with the values that broke it.
        remedy: What to do now.
    """

    def __init__(self, what: str, why: str, remedy: str) -> None:
        self.what, self.why, self.remedy = what, why, remedy
        super().__init__(f"{what} {why} {remedy}")

    def __reduce__(self) -> tuple[type[SourceError], tuple[str, str, str]]:
        # Exceptions are pickled by their args, which hold the parts as one text.
        return type(self), (self.what, self.why, self.remedy)
