"""Files become text with true spans; what cannot be read says why and what to do."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

from skills.rag.runtime.chunkers import chunk
from skills.rag.runtime.documents import DocumentError
from skills.rag.runtime.parsers import OCR, PDF_PARSERS, guards, parse
from skills.rag.runtime.parsers.ocr import Piece, has_ocr, in_lines
from skills.rag.runtime.parsers.pdf_tables import rows_as_text

MakePdf = Callable[..., bytes]
READERS = [name for name in PDF_PARSERS if name != OCR or has_ocr()]
PRICES = [["Zone", "Carrier", "Price"], ["A", "Northway", "7.20"], ["B", "Southern\nFreight", "12.40"]]


def table_pdf(rows: list[list[str]]) -> bytes:
    """A page with a ruled table between two paragraphs."""
    out = io.BytesIO()
    styles = getSampleStyleSheet()
    table = Table(rows, style=TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)]))
    parts = [Paragraph("Prices of parcels.", styles["Normal"]), table, Paragraph("Ask for others.", styles["Normal"])]
    SimpleDocTemplate(out).build(parts)
    return out.getvalue()


def picture_pdf(lines: list[str]) -> bytes:
    """A page that is a picture of text, and one with text of its own."""
    font = ImageFont.load_default(48)
    picture = Image.new("RGB", (1240, 1754), "white")
    for number, line in enumerate(lines):
        ImageDraw.Draw(picture).text((120, 150 + 90 * number), line, fill="black", font=font)
    out = io.BytesIO()
    page = Canvas(out, pagesize=(595, 842))
    page.drawInlineImage(picture, 0, 0, 595, 842)
    page.showPage()
    page.drawString(72, 700, "This page is text.")
    page.save()
    return out.getvalue()


@pytest.mark.parametrize("parser", READERS)
def test_a_pdf_keeps_its_pages(pdf: MakePdf, parser: str) -> None:
    document = parse(
        pdf(["The warehouse opens at six.", "It closes at ten."], ["Bay seven is for returns."]), "a.pdf", parser
    )
    assert "The warehouse opens at six." in document.text
    assert document.page_at(document.text.index("closes")) == 1
    assert document.page_at(document.text.index("Bay seven")) == 2
    assert len(document.pages) == 2 and len(document.sha256) == 64


@pytest.mark.parametrize("parser", READERS)
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


@pytest.mark.parametrize("parser", READERS)
def test_a_scan_asks_for_text_recognition(scanned_pdf: bytes, parser: str) -> None:
    """Its pages are empty, so that recognition finds nothing either, where it is installed."""
    with pytest.raises(DocumentError, match=r"OCR.*neo-engineer\[ocr\]"):
        parse(scanned_pdf, "scan.pdf", parser)


def test_a_table_becomes_rows_that_stand_alone() -> None:
    text = parse(table_pdf(PRICES), "prices.pdf", "pdfplumber_tables").text
    assert text.split("\n\n") == [
        "Prices of parcels.",
        "Zone: A; Carrier: Northway; Price: 7.20\nZone: B; Carrier: Southern Freight; Price: 12.40",
        "Ask for others.",
    ]


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([["Zone", ""], ["A", "7"]], "Zone\nA | 7"),  # a heading lacks its word
        ([["Zone:", "Price"], [None, None], ["B", None]], "Zone: B"),
        ([["A", "7"]], "A | 7"),
    ],
)
def test_tables_that_are_not_whole(rows: list[list[str | None]], text: str) -> None:
    assert rows_as_text(rows) == text


def test_pieces_of_a_picture_are_put_into_lines() -> None:
    pieces = [Piece(300, 101, 20, "7.20"), Piece(10, 140, 20, "Zone B"), Piece(10, 99, 20, "Zone A")]
    assert in_lines(pieces) == "Zone A 7.20\nZone B" and in_lines([]) == ""


@pytest.mark.skipif(not has_ocr(), reason="text recognition is not installed: pip install 'neo-engineer[ocr]'")
@pytest.mark.parametrize("parser", [OCR, "pdfium"])
def test_a_picture_of_text_is_recognised(parser: str) -> None:
    document = parse(picture_pdf(["Damaged goods go to bay seven.", "The gate opens at 06:30."]), "scan.pdf", parser)
    if parser == "pdfium":  # the second page has text, so that nothing tells of the first
        assert "bay seven" not in document.text
        return
    assert "Damaged goods go to bay seven." in document.text and "06:30" in document.text
    assert document.page_at(document.text.index("This page is text")) == 2


@pytest.mark.skipif(has_ocr(), reason="text recognition is installed")
def test_without_text_recognition_the_remedy_is_its_install_line() -> None:
    with pytest.raises(DocumentError, match=r"pip install 'neo-engineer\[ocr\]'"):
        parse(picture_pdf(["Damaged goods."]), "scan.pdf", OCR)


@pytest.mark.parametrize("name", ["page.html", "handbook.docx"])
def test_headings_of_every_format_cut_and_name_the_chunks(name: str, word_file: bytes) -> None:
    page = b"<h1>Returns</h1><p>Damaged goods go to bay seven.</p><h2>Exceptions</h2><p>Batteries stay outside.</p>"
    document = parse(page if name.endswith("html") else word_file, name)
    pieces = chunk(document, "structure", 12, 0)
    (bay,), (batteries,) = ([one for one in pieces if word in one.text] for word in ("bay seven", "Batteries"))
    assert (bay.heading, batteries.heading) == ("Returns", "Returns > Exceptions")


@pytest.mark.parametrize("parser", READERS)
def test_an_encrypted_pdf_asks_for_one_without_a_password(encrypted_pdf: bytes, parser: str) -> None:
    with pytest.raises(DocumentError, match="encrypted"):
        parse(encrypted_pdf, "secret.pdf", parser)


@pytest.mark.parametrize("parser", READERS)
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
