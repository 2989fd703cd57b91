"""Whether texts may leave this machine, in the words in which people say so."""

from __future__ import annotations

from collections.abc import Mapping

STAYS = "everything stays on this machine"
NOTHING = ("nothing", "none of it", "no document", "no file", "no data", "no text", "no page", "none of this")
VERBS = ("can", "may", "must", "should", "is to", "is allowed to", "will", "shall")
MAY_GO = "texts may be sent to the endpoint"

PRIVACY: Mapping[str, tuple[str, ...]] = {
    STAYS: (
        *(f"{subject} {verb} leave" for subject in NOTHING for verb in VERBS),
        *(
            "cannot leave",
            "can't leave",
            "mustn't leave",
            "must not leave",
            "may not leave",
            "should not leave",
        ),
        *(
            "do not leave",
            "does not leave",
            "not to leave",
            "no data leaves",
            "no text leaves",
            "none of it leaves",
        ),
        *(
            "in house",
            "inside our network",
            "within our network",
            "inside the company",
            "our own servers",
            "our servers",
        ),
        *("air-gapped", "no outside", "no external", "nothing external", "not outside", "no third part"),
        *("stay", "local", "on this machine", "private", "confidential", "on-prem", "in-house"),
        *(
            "not leave",
            "never leave",
            "nothing leaves",
            "not be sent",
            "nothing may be sent",
            "no cloud",
            "not the cloud",
        ),
        *(
            "not go to the cloud",
            "not in the cloud",
            "don't leave",
            "doesn't leave",
            "nothing goes to",
            "offline",
        ),
    ),
    MAY_GO: (
        *(
            "gpt",
            "claude",
            "gemini",
            "mistral",
            "hosted model",
            "external model",
            "outside model",
            "external api",
        ),
        *(
            "no secrets",
            "not secret",
            "not confidential",
            "nothing confidential",
            "nothing secret",
            "not sensitive",
        ),
        *(
            "public anyway",
            "all public",
            "is public",
            "are public",
            "api is fine",
            "hosted is fine",
            "online model",
        ),
        "endpoint",
        "openai",
        "cloud",
        "may be sent",
        "can be sent",
        "may send",
        "can send",
        "may leave",
        "azure",
    ),
}
