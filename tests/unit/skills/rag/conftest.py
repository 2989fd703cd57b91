"""Small documents, written on the spot in each format, and an embedder that needs no model."""

from __future__ import annotations

import io
import json
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import docx
import numpy as np
import pytest
from pypdf import PdfReader, PdfWriter

from skills.rag.runtime.lexical import terms_of
from skills.rag.runtime.vector_stores import Floats

DIM = 64


def write_pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """Write a PDF by hand: one list of lines a page, in Helvetica."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        shown = " T* ".join(f"({line}) Tj" for line in lines)
        content = f"BT /F1 12 Tf 14 TL 72 720 Td {shown} ET".encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    out, offsets = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))
    return out.getvalue()


@pytest.fixture
def pdf() -> Callable[..., bytes]:
    """Makes a PDF of lists of lines, a list for each page."""
    return lambda *pages: write_pdf(pages)


@pytest.fixture
def encrypted_pdf() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(write_pdf([["A secret."]]))))
    writer.encrypt("password", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.fixture
def scanned_pdf() -> bytes:
    writer = PdfWriter()
    for _ in range(3):
        writer.add_blank_page(612, 792)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.fixture
def word_file() -> bytes:
    """A DOCX file with headings, a list and a table."""
    document = docx.Document()
    document.add_heading("Returns", 1)
    document.add_paragraph("Damaged goods go to bay seven.")
    document.add_heading("Exceptions", 2)
    document.add_paragraph("Batteries stay outside.", style="List Bullet")
    table = document.add_table(2, 2)
    for row, cells in zip(table.rows, (("Bay", "Goods"), ("7", "damaged")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


class HashedWords:
    """Embeds a text as its stems, each hashed to a direction: exact, quick, and blind to synonyms."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, texts: Sequence[str]) -> Floats:
        self.calls += 1
        vectors = np.zeros((len(texts), DIM), dtype=np.float32)
        for row, text in enumerate(texts):
            for term in terms_of(text):
                vectors[row, zlib.crc32(term.encode()) % DIM] += 1
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.divide(vectors, norms, out=vectors, where=norms > 0)


@pytest.fixture
def embed() -> HashedWords:
    return HashedWords()


@pytest.fixture
def chat() -> Iterator[Callable[[Callable[[str, str], str]], str]]:
    """Starts an OpenAI-compatible server that answers with a function of system and user text; gives its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(talk: Callable[[str, str], str]) -> str:
        class Chat(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                texts = {one["role"]: one["content"] for one in asked["messages"]}
                message = {"role": "assistant", "content": talk(texts["system"], texts["user"])}
                choice = {"index": 0, "finish_reason": "stop", "message": message}
                reply = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
                body = json.dumps(reply).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                return

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Chat))
        threading.Thread(target=servers[-1].serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/v1"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
