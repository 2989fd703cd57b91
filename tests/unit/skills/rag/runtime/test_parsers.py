"""Files become text with true spans; what cannot be read says why and what to do."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from skills.rag.runtime.documents import DocumentError
from skills.rag.runtime.parsers import PDF_PARSERS, guards, parse

MakePdf = Callable[..., bytes]


@pytest.mark.parametrize("parser", PDF_PARSERS)
def test_a_pdf_keeps_its_pages(pdf: MakePdf, parser: str) -> None:
    document = parse(
        pdf(["The warehouse opens at six.", "It closes at ten."], ["Bay seven is for returns."]), "a.pdf", parser
    )
    assert "The warehouse opens at six." in document.text
    assert document.page_at(document.text.index("closes")) == 1
    assert document.page_at(document.text.index("Bay seven")) == 2
    assert len(document.pages) == 2 and len(document.sha256) == 64


@pytest.mark.parametrize("parser", PDF_PARSERS)
def test_a_word_broken_at_a_line_end_is_whole(pdf: MakePdf, parser: str) -> None:
    assert "exception" in parse(pdf(["The only excep-", "tion is a battery."]), "a.pdf", parser).text


def test_a_docx_keeps_headings_lists_and_tables(word_file: bytes) -> None:
    document = parse(word_file, "handbook.docx")
    assert document.text.startswith("# Returns\n\nDamaged goods go to bay seven.")
    assert "- Batteries stay outside." in document.text
    assert "7 | damaged" in document.text
    assert document.heading_at(document.text.index("Batteries")) == "Returns > Exceptions"
    assert document.heading_at(document.text.index("Damaged")) == "Returns"


def test_html_is_its_visible_text() -> None:
    page = b"""<html><head><title>t</title><style>p {color: red}</style></head><body><nav>Home</nav>
    <h1>Returns</h1><p>Damaged <b>goods</b>\n go to <i>bay&nbsp;seven</i>.</p><script>alert(1)</script>
    <ul><li>Batteries</li><li>Paint</li></ul><table><tr><td>Bay</td><td>7</td></tr></table>
    <h2>Hours</h2><p>Six to ten.<br>Closed on Sunday.</p><pre>a  b</pre></body></html>"""
    document = parse(page, "page.html")
    assert document.text.splitlines()[0] == "# Returns"
    assert "Damaged goods go to bay seven." in document.text.replace("\u00a0", " ")
    assert "- Batteries\n" in document.text and "Bay | 7" in document.text and "a  b" in document.text
    assert not any(word in document.text for word in ("alert", "color", "Home"))
    assert document.heading_at(document.text.index("Closed")) == "Returns > Hours"


def test_markdown_is_kept_character_by_character() -> None:
    source = "Intro\n\n# One\n\ntext\n\n```\n# no heading\n```\n\nTwo\n---\n\n* a   b\n"
    document = parse(source.encode(), "notes.md")
    assert document.text == source
    assert [(heading.level, heading.title) for heading in document.headings] == [(1, "One"), (2, "Two")]
    assert document.heading_at(0) == ""
    assert document.heading_at(source.index("a   b")) == "One > Two"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("caf\u00e9".encode(), "caf\u00e9"),
        (b"\xef\xbb\xbf" + "caf\u00e9".encode(), "caf\u00e9"),  # a byte order mark
        ("caf\u00e9".encode("utf-16"), "caf\u00e9"),
        ("caf\u00e9 \u201cquoted\u201d".encode("cp1252"), "caf\u00e9 \u201cquoted\u201d"),  # what Windows writes
        (b"one\r\ntwo\rthree", "one\ntwo\nthree"),
    ],
    ids=["utf-8", "mark", "utf-16", "cp1252", "line-ends"],
)
def test_text_is_decoded(data: bytes, text: str) -> None:
    assert parse(data, "a.txt").text == text


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "a.pdf", "0 bytes"),
        (b"", "a.txt", "0 bytes"),
        (b"  \n ", "a.txt", "no text"),
        (b"hello", "a.pdf", "not what its name says"),
        (b"%PDF-1.7 rubbish", "a.pdf", "damaged"),
        (b"%PDF-1.7", "a.txt", "first bytes are those of a PDF"),
        (b"PK\x03\x04 cut", "a.docx", "damaged"),
        (b"\x89PNG\r\n", "a.md", "a PNG picture"),
        (b"a\0b\0c", "a.txt", "not text"),
        (b"x", "a.exe", "suffix is '.exe'"),
        (b"x", "README", "suffix is 'absent'"),
    ],
)
def test_a_bad_file_says_what_why_and_what_to_do(data: bytes, name: str, says: str) -> None:
    with pytest.raises(DocumentError, match=says) as caught:
        parse(data, name)
    assert name in caught.value.what and caught.value.why and caught.value.remedy
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize("parser", PDF_PARSERS)
def test_a_scan_asks_for_text_recognition(scanned_pdf: bytes, parser: str) -> None:
    with pytest.raises(DocumentError, match="OCR"):
        parse(scanned_pdf, "scan.pdf", parser)


@pytest.mark.parametrize("parser", PDF_PARSERS)
def test_an_encrypted_pdf_asks_for_one_without_a_password(encrypted_pdf: bytes, parser: str) -> None:
    with pytest.raises(DocumentError, match="encrypted"):
        parse(encrypted_pdf, "secret.pdf", parser)


@pytest.mark.parametrize("parser", PDF_PARSERS)
def test_a_cut_pdf_is_read_or_refused_but_never_crashes(pdf: MakePdf, parser: str) -> None:
    whole = pdf(["The warehouse opens at six."])
    for size in range(10, len(whole), 60):
        try:
            assert parse(whole[:size], "cut.pdf", parser).text
        except DocumentError as error:
            assert error.remedy


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch, word_file: bytes) -> None:
    monkeypatch.setattr(guards, "MAX_UNPACKED_BYTES", 1_000_000)
    out = io.BytesIO(word_file)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/bomb.xml", b"0" * 2_000_000)
    with pytest.raises(DocumentError, match="unpacks to"):
        parse(out.getvalue(), "bomb.docx")


def test_an_xml_entity_is_never_resolved(word_file: bytes, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("canary-7391")
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word_file)) as old, zipfile.ZipFile(changed, "w") as new:
        for member in old.infolist():
            body = old.read(member)
            if member.filename == "word/document.xml":
                kind = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'.encode()
                body = body.replace(b"<w:document", kind + b"<w:document", 1).replace(b"Damaged goods", b"&x; goods")
            new.writestr(member.filename, body)
    try:
        assert "canary" not in parse(changed.getvalue(), "x.docx").text
    except DocumentError as error:
        assert "canary" not in str(error)


def test_a_file_over_the_limit_is_refused_unread(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(guards, "MAX_FILE_BYTES", 10)
    (tmp_path / "a.txt").write_text("more than ten bytes")
    with pytest.raises(DocumentError, match="too large"):
        parse(tmp_path / "a.txt", "a.txt")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="could not be read"):
        parse(tmp_path / "gone.txt", "gone.txt")
