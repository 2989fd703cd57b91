"""Where the workspace may differ from the samples, each with its reason. Reviewed; keep it short.

The samples are masked unions of real payloads, and some of them are incomplete themselves.
"""

# (samples that it concerns, the problem that is allowed, the reason); both patterns are regular expressions
ALLOWED = (
    (
        r"events/MessagePayload\.json",
        r"^\$\.event\.metadata\.event_payload: a key",
        "Slack sends a message's metadata whole; the sample keeps only event_type, conversations.history has both.",
    ),
    (
        r".*",
        r"\.blocks(\[\d+\]\.|: ).*a key that Slack does not send$",
        "Blocks are given back as the app sent them. The samples compare a list with one element only, and hold few of "
        "the kinds of blocks that there are, or none at all.",
    ),
    (
        r".*",
        r"\.blocks\[\d+\]\.text: string, where Slack sends object$",
        "The text of a markdown block is a string; the sampled block is a section, whose text is an object.",
    ),
    (
        r"api/conversations\.info\.json",
        r"^\$\.channel\.user: a key",
        "A direct message names its person, as conversations.open's sample shows; this sample is of a channel.",
    ),
    (
        r"api/conversations\.replies\.json",
        r"^\$\.messages\[\d+\]\.client_msg_id: a key",
        "A person's message has it in conversations.history's sample; this one is of bots' messages only.",
    ),
    (
        r"events/MessagePayload\.json",
        r"^\$\.event\.(user_team|source_team): a key",
        "A Slack Connect person's message names their workspace, as app_mention's sample shows; this is a member's.",
    ),
    (
        r"api/users\.list\.json",
        r"^\$\.members\[\d+\]\.is_stranger: a key",
        "A Slack Connect person, as users.info's sample shows; the sampled list has members of the workspace only.",
    ),
    (
        r"api/auth\.revoke\.json",
        r"^\$\.revoked: a key",
        "The documented answer; the sample is of a call that failed.",
    ),
)
