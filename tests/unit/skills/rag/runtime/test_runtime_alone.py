"""The runtime is shipped as a folder: copied elsewhere under another name, it answers the same and knows no Neo."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import skills.rag.runtime
from skills.rag.runtime.parsers import parse
from skills.rag.runtime.pipeline import Pipeline, build_index

RUNTIME = Path(skills.rag.runtime.__file__).parent
CONFIG = {"retriever": "bm25", "reranker": "none", "lexical_weight": 1.0, "chunk_tokens": 64}
SCRIPT = """
import json, sys
from pathlib import Path
from rag_runtime.pipeline import Pipeline
answer = Pipeline.load(Path("index")).ask("Where do damaged goods go?").to_json()
del answer["latency_s"]
loaded = {name.partition(".")[0] for name in sys.modules}
print(json.dumps({"answer": answer, "loaded": sorted(loaded)}))
"""


def test_a_copy_answers_the_same_without_neo(tmp_path: Path) -> None:
    document = parse(b"# Returns\n\nDamaged goods go to bay seven.\n\n# Hours\n\nThe gate opens at six.", "handbook.md")
    pipeline = Pipeline(build_index([document], CONFIG, None), CONFIG)
    pipeline.save(tmp_path / "index")
    shutil.copytree(RUNTIME, tmp_path / "rag_runtime")

    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120
    )

    said = json.loads(ran.stdout)
    expected = json.loads(json.dumps(pipeline.ask("Where do damaged goods go?").to_json()))
    del expected["latency_s"]
    assert said["answer"] == expected
    # Neither Neo nor what only reads and cuts documents is needed to answer.
    assert not {"neo", "skills", "bot", "llama_index", "bs4", "docx", "pypdf", "pdfplumber"} & set(said["loaded"])
