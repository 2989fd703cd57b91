"""Ask this package one question without a service. Run: python ask.py "How long is the warranty?"."""

from __future__ import annotations

import argparse
import json

from models import pipeline
from rag_runtime.vector_stores import StoreError


def main() -> None:
    """Answer the question on the command line, as text or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("question")
    parser.add_argument("--json", action="store_true", help="print plain JSON")
    asked = parser.parse_args()
    try:
        answer = pipeline().ask(asked.question)
    except StoreError as error:
        raise SystemExit(str(error)) from error
    if asked.json:
        print(json.dumps(answer.to_json(), ensure_ascii=False))
        return
    print(answer.text)
    for number, source in enumerate(answer.sources, 1):
        page = f", page {source.page}" if source.page else ""
        print(f"  [{number}] {source.document}{page}: {' '.join(source.quote.split())}")


if __name__ == "__main__":
    main()
