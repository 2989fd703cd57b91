"""The error tree.

    NeoError
    ├── UserError            a person can mend it: shown in the thread, in three parts
    │   ├── BadInput         what was given cannot be used
    │   ├── NotAllowed       the wrong person, or the wrong moment
    │   └── Unavailable      something this machine or its settings lack
    ├── ConfigurationError   a setting is wrong; names the key and its value
    ├── BudgetExceeded       a grant of money or time is used up
    ├── Cancelled            a person stopped the work
    └── LeaseLost            another process has taken this work over

Everything that is not a UserError is a defect or an outage: it goes to the log and to Sentry,
and the thread is told that something went wrong on Neo's side.
"""

from __future__ import annotations


class NeoError(Exception):
    """The root of all errors that Neo raises on purpose."""


class UserError(NeoError):
    """An error that a person can mend.

    Args:
        what: What happened, as one sentence.
        why: The rule that was broken, with the values that broke it.
        remedy: What to do now.
    """

    def __init__(self, what: str, why: str = "", remedy: str = "") -> None:
        self.what, self.why, self.remedy = what, why, remedy
        super().__init__(" ".join(part for part in (what, why, remedy) if part))

    def __reduce__(self) -> tuple[type[UserError], tuple[str, str, str]]:
        # Exceptions are pickled by their args; a trial's error crosses a process boundary.
        return type(self), (self.what, self.why, self.remedy)


class BadInput(UserError):
    """What a person gave cannot be used."""


class NotAllowed(UserError):
    """The wrong person asked, or it is the wrong moment."""


class Unavailable(UserError):
    """Something that this machine, or its settings, lack."""


class ConfigurationError(NeoError):
    """A setting is wrong; the message names the key, its value and the remedy."""


class BudgetExceeded(NeoError):
    """A grant of money or time is used up."""


class Cancelled(NeoError):
    """A person stopped the work."""


class LeaseLost(NeoError):
    """Another process has taken this work over; nothing more may be written for it."""
