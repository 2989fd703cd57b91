"""Export of a search to MLflow: one run for each configuration under a parent run with the report.

An export, not a registry: Neo never reads it back. MLflow is an extra, imported at use.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neo.errors import BadInput, Unavailable

INSTALL = "pip install 'neo-engineer[mlflow]'"
FIGURES = ("accuracy", "latency_p95_s", "cost_usd", "asked", "seconds")


def export(report: Mapping[str, Any], folder: Path, uri: str, experiment: str) -> str:
    """Write a search's report, its trials and what lies in *folder* to the MLflow at *uri*.

    Args:
        report: What `report.json` holds.
        folder: Where `neo tune` wrote; report and pictures are kept as artefacts of the parent run.
        uri: MLflow's tracking address, such as ``http://127.0.0.1:5000`` or ``sqlite:///mlflow.db``.
        experiment: Its name; made when it is not there.

    Returns:
        The parent run's id.

    Raises:
        Unavailable: MLflow is not installed, or nobody answers at *uri*.
    """
    try:
        mlflow = importlib.import_module("mlflow")
    except ImportError as error:
        raise Unavailable("The search cannot be exported to MLflow.", f"{error}.", f"Run `{INSTALL}`.") from error
    if not report.get("trials"):
        raise BadInput("There is nothing to export.", "The report has no trials.", "Run the search first.")
    try:
        return _written(mlflow.MlflowClient(tracking_uri=uri), report, folder, experiment)
    except mlflow.exceptions.MlflowException as error:
        raise Unavailable(f"MLflow at {uri} did not take the search.", str(error)[:300], "Check --mlflow.") from error


def _written(books: Any, report: Mapping[str, Any], folder: Path, experiment: str) -> str:
    known = books.get_experiment_by_name(experiment)
    where = known.experiment_id if known else books.create_experiment(experiment)
    parent = str(books.create_run(where, run_name=folder.name, tags={"skill": report["skill"]}).info.run_id)
    if report["best"]:
        _values(books, parent, report["best"]["config"], {"search": report["best"]["search"]})
        books.log_metric(parent, "holdout", float(report["best"]["holdout"]["mean"]))
    books.set_tag(parent, "verdict", report["verdict"]["words"])
    for file in sorted((*folder.glob("report.*"), *folder.glob("*.png"))):
        books.log_artifact(parent, str(file))
    for trial in report["trials"]:
        tags = {"mlflow.parentRunId": parent, "source": trial["source"], "error": trial["error"]}
        run = str(books.create_run(where, run_name=f"trial {trial['number']}", tags=tags).info.run_id)
        _values(books, run, trial["config"], {name: trial[name] for name in FIGURES})
        books.set_terminated(run, "FAILED" if trial["error"] else "FINISHED")
    books.set_terminated(parent)
    return parent


def _values(books: Any, run: str, config: Mapping[str, Any], figures: Mapping[str, float | None]) -> None:
    for name, value in config.items():
        books.log_param(run, name, value)
    for name, figure in figures.items():
        if figure is not None:
            books.log_metric(run, name, float(figure))
