"""The export to MLflow, on its real client where it is installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
import toy

from bot.mlflow_export import export
from neo.automl.search import search
from neo.automl.study import StudySettings
from neo.errors import BadInput, Unavailable

HERE = find_spec("mlflow") is not None


@pytest.mark.skipif(HERE, reason="mlflow is installed")
def test_without_mlflow_the_error_names_the_install_line(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"pip install 'neo-engineer\[mlflow\]'"):
        export({"trials": [1]}, tmp_path, "sqlite:///mlflow.db", "neo")


@pytest.mark.skipif(not HERE, reason="mlflow is not installed: pip install 'neo-engineer[mlflow]'")
def test_every_trial_is_a_run_under_the_search(tmp_path: Path) -> None:
    from mlflow import MlflowClient

    found = search(toy.problem(tmp_path / "toy"), StudySettings("toy", 8, seed=1))
    (tmp_path / "report.md").write_text(found.report.markdown, "utf-8")
    uri = (tmp_path / "mlruns").as_uri()
    parent = export(found.report.json, tmp_path, uri, "neo-toy")
    client = MlflowClient(tracking_uri=uri)
    runs = client.search_runs([client.get_run(parent).info.experiment_id])
    trials = [run for run in runs if run.data.tags.get("mlflow.parentRunId") == parent]
    assert len(runs) == 9 and len(trials) == 8
    assert {run.data.tags["source"] for run in trials} == set(found.report.json["sources"])
    assert client.get_run(parent).data.params["kind"] == str(found.report.json["best"]["config"]["kind"])
    assert [one.path for one in client.list_artifacts(parent)] == ["report.md"]


@pytest.mark.skipif(not HERE, reason="mlflow is not installed: pip install 'neo-engineer[mlflow]'")
def test_nothing_to_export_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nothing to export"):
        export({"trials": []}, tmp_path, tmp_path.as_uri(), "neo")
