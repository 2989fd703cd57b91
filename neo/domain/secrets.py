"""Secrets that people paste: recognised by their form, and cut out before anything is kept or logged."""

from __future__ import annotations

import re

STARS = "***"
# Tokens of Slack, OpenAI, Pinecone, GitHub, AWS and like; private keys; web tokens; bearer headers; passwords in URLs
# and in words; signed upload and socket tickets.
SECRETS = re.compile(
    r"xox[a-z]-[\w-]{6,}|xapp-[\w-]{6,}|\bsk-[\w-]{8,}|\bpcsk_[\w-]{8,}|\bgh[pousr]_\w{16,}|\bgithub_pat_\w{16,}|"
    r"\bglpat-[\w-]{12,}|\bhf_[A-Za-z0-9]{16,}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{20,}|"
    r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{4,}|hooks\.slack\.com/services/[\w/]{12,}|"
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)|"
    r"(?<=[Bb]earer )[\w.~+/-]{8,}=*|(?<=://)[^\s:/@]*:[^\s/@]+(?=@)|(?<=ticket=)[\w-]+|(?<=api_key=)[\w-]+|"
    r"(?<=token=)[\w-]+|(?<=secret=)[\w-]+",
    re.DOTALL,
)
# 'the password is hunter2', 'API key: abc123': the word that follows, where it is no common one.
SPOKEN = re.compile(
    r"(?i)(\b(?:pass(?:word|wd|phrase)|pwd|api[ _-]?key|secret(?: key)?|access[ _-]?token|auth[ _-]?token)"
    r"\s*(?:is|are|=|:|->)\s*[`\"']?)([^\s`\"',;]{5,})"
)
# Near a word that speaks of access, whatever looks made up: letters and digits, or hyphens, in one.
ACCESS = re.compile(
    r"(?i)\b(?:log-?in|password|passwd|wi-?fi|wlan|pin|pass ?code|credentials?|token|secret|api key)\b[^.!?\n]{0,80}"
)
MADE_UP = re.compile(r"(?<![\w@./:-])(?:[\w-]+:)?(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{8,}(?![\w@/]|\.\w)")
_DIGIT_OR_MARK = re.compile(r"[\d!@#$%^&*_+=~-]")


def without_secrets(text: str) -> tuple[str, int]:
    """The text with every secret replaced by stars, and how many there were.

    >>> without_secrets("our key: sk-abcdefgh12345678, and the password is hunter22!")
    ('our key: ***, and the password is ***', 2)
    """
    text, told = SECRETS.subn(STARS, text)
    spoken = 0

    def cut(match: re.Match[str]) -> str:
        nonlocal spoken
        if STARS in match[2] or not _DIGIT_OR_MARK.search(match[2]):
            return match[0]  # 'the password is required'
        spoken += 1
        return f"{match[1]}{STARS}"

    def near(match: re.Match[str]) -> str:
        nonlocal spoken
        kept, count = MADE_UP.subn(STARS, match[0])
        spoken += count
        return kept

    return ACCESS.sub(near, SPOKEN.sub(cut, text)), told + spoken
