from __future__ import annotations

import os
from pathlib import Path

import pytest

from neo.llm.local_model import NAME, local_model
from neo.llm.openai_model import OpenAIModel
from neo.models import fetch


@pytest.fixture(scope="session")
def packaged() -> OpenAIModel:
    """The packaged model, served by this process; skips where its files were not pulled."""
    folder = Path(os.environ.get("NEO_MODELS_DIR") or fetch.default_folder())
    state = next(status.state for status in fetch.status(folder) if status.entry.name == NAME)
    if state != "ready":
        pytest.skip(f"the model {NAME} is {state} in {folder}; `{fetch.PULL} {NAME}` brings it")
    return local_model(folder)
