"""What is named rather than counted: e-mail addresses, addresses of streams and models, files."""

from __future__ import annotations

import re

from neo.agent.understanding.reading import Reading

# Each pattern starts at the start of a word alone, so that a long word is not tried from each of its letters.
_MAIL = (
    r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}(?:@|"
    r"\s?[(\[]at[)\]]\s?)[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9-]{1,63}){1,5}"
)
_SLACK_MAIL = rf"<mailto:(?P<mail>{_MAIL})(?:\|[^<>\n]{{0,200}})?>"

_SCHEME = r"(?:https?|rtsps?|rtmps?|rtp|udp|tcp|ftp|s3|gs|hf|srt|file|mms)"
_URL = rf"(?<!\w){_SCHEME}://[^\s<>|\"']{{1,2000}}"
_SLACK_URL = r"<(?P<slack>[a-z0-9]{2,8}://[^\s<>|]{1,2000})(?:\|[^<>\n]{0,2000})?>"
# An address comes first, so that "user:secret@host" within it is no e-mail address.
_MAILS = re.compile(rf"{_SLACK_MAIL}|{_URL}|(?P<plain>{_MAIL})", re.IGNORECASE)
_HOST = r"(?<![\w./@-])(?:\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?|www\.[\w.-]{2,200})(?:/[^\s<>|]{0,500})?"
_PATH = r"(?<![\w./:~])(?:~|\.{1,2})?/(?:[\w.-]{1,100}/){1,12}[\w.-]{0,100}\w"
_DRIVE = r"(?<!\w)[A-Za-z]:\\[^\s<>|]{1,500}"
_ENDINGS = (
    r"pdf|docx?|xlsx?|pptx?|csv|tsv|jsonl?|txt|md|html?|xml|zip|parquet|ya?ml|toml|mp4|avi|mkv|mov|webm|m3u8|"
    r"jpe?g|png|"
    r"gguf|safetensors|onnx|pt|py|ipynb"
)
_FILE = rf"(?<![\w./@-])\w[\w-]{{0,80}}(?:\.[\w-]{{1,80}}){{0,4}}\.(?:{_ENDINGS})\b"
# Owner and name, of which the name has a digit or a hyphen: "and/or" is none.
_OWNED = r"(?<![\w./@:-])[A-Za-z][\w-]{1,60}/(?=[\w.]{0,80}[\d-])[A-Za-z][\w.-]{1,120}\w"
_SIZED = r"(?<![\w./@-])[A-Za-z][A-Za-z]{1,20}[\w.-]{0,40}?[\d.]{1,6}[bm](?:-[\w.]{1,30}){0,5}\b"
_ADDRESSES = re.compile(
    "|".join(
        (
            _SLACK_MAIL,
            rf"(?P<taken>{_MAIL})",
            _SLACK_URL,
            rf"(?P<named>{'|'.join((_URL, _HOST, _PATH, _DRIVE, _FILE, _OWNED, _SIZED))})",
        )
    ),
    re.IGNORECASE,
)
_FILES = re.compile(_FILE, re.IGNORECASE)
# All of them, without groups, for whoever wants to look past them.
ANY_NAME = "|".join((r"<(?:mailto:|[a-z0-9]{2,8}://)[^<>\n]{1,2000}>", _MAIL, _URL, _HOST, _PATH, _FILE, _OWNED))


def emails(text: str) -> list[Reading]:
    """The e-mail addresses of a text as one reading: lower-cased, each once, joined by commas; none without any.

    >>> emails("Mail <mailto:Desk@Example.com|Desk@Example.com> and guard@example.com")[0].value
    'desk@example.com, guard@example.com'
    """
    found = [match for match in _MAILS.finditer(text) if match["mail"] or match["plain"]]
    if not found:
        return []
    plain = (re.sub(r"\s?[(\[]at[)\]]\s?", "@", match["mail"] or match["plain"]).lower() for match in found)
    start, end = found[0].start(), found[-1].end()
    return [Reading(", ".join(dict.fromkeys(plain)), text[start:end], start, end)]


def addresses(text: str) -> list[Reading]:
    """Addresses of streams, devices, files and models, in order, as they were written; no e-mail addresses.

    >>> [one.value for one in addresses("Take <rtsp://cam.example/1|cam> or /dev/video0, with Qwen/Qwen2.5-0.5B.")]
    ['rtsp://cam.example/1', '/dev/video0', 'Qwen/Qwen2.5-0.5B']
    """
    found = []
    for match in _ADDRESSES.finditer(text):
        if match["slack"]:
            found.append(Reading(match["slack"], match[0], *match.span()))
        elif match["named"]:
            value = match["named"].rstrip(".,;:!?)]}'\"")
            found.append(Reading(value, value, match.start(), match.start() + len(value)))
    return found


def files(text: str) -> list[Reading]:
    """Names of files, in order.

    >>> [one.value for one in files("see handbook.pdf and golden_v2.csv.")]
    ['handbook.pdf', 'golden_v2.csv']
    """
    return [Reading(match[0], match[0], *match.span()) for match in _FILES.finditer(text)]
