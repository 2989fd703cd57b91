"""The runtime is shipped as a folder: it needs nothing of Neo."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from shipped import FOLDER
from video_ground import grey_steps

SCRIPT = """
import json, sys
from pathlib import Path
from people_count_runtime import cameras, pictures
from people_count_runtime.reading import probe
facts = probe(Path(sys.argv[1]))
print(json.dumps({"frames": facts.frames, "loaded": sorted({name.partition(".")[0] for name in sys.modules})}))
"""


def test_a_copy_reads_without_neo(tmp_path: Path) -> None:
    clip = grey_steps(tmp_path / "a.mp4")
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(clip)], cwd=FOLDER.name, capture_output=True, text=True, check=True
    )
    said = json.loads(ran.stdout)
    assert said["frames"] == 20
    assert not {"neo", "skills", "bot", "fastapi", "httpx"} & set(said["loaded"])
