"""What must hold at the gates; each rule's words stand in the message of a failure."""

from __future__ import annotations

# What a word on a document may do.
RIGHT_WORD = "a right word opens its gate"
PEOPLE = "only the owner and named approvers approve"
NAMING = "only the owner names approvers"
ID = "an approval names the document's id"
HASH = "an approval names the document's hash"
ONCE = "an approval counts once"
OWN_STAGE = "a gate opens in its own stage alone"
UNREAD = "nothing is approved while files wait to be read"
WORDS = "words approve nothing"
HANDLED_ONCE = "an event is handled once"

# What a change does.
VOIDS = "a change voids both approvals"
STOPS = "a change stops the work"
STOPPED_POSTS_NOTHING = "stopped work posts nothing"

# What taking back does.
BACK = "an approval taken back in the grace time leaves nothing due"
BACK_PERSON = "only the person who approved takes it back"
BACK_EMOJI = "another emoji taken back undoes nothing"
BACK_DOCUMENT = "an emoji taken back from another document undoes nothing"

# What work needs.
REQUIREMENTS_FIRST = "nothing is planned before these requirements are approved"
BOTH_FIRST = "nothing is tuned before both documents are approved"
GRACE = "the grace time is kept"
INTERRUPTED = "a project that is paused, failed or cancelled has nothing due"
RETURNS = "a project goes on where it was"
ENDS = "a cancelled project's documents are void"
