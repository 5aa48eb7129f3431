"""Commands have the options of the functions that they call."""

from __future__ import annotations

import dataclasses
import inspect

from typer.main import get_command
from typer.testing import CliRunner

from segments_hf import FetchOptions, load_release
from segments_hf.cli.app import app


def test_build_has_the_options_of_load_release_except_those_for_python_only() -> None:
    options = {parameter.name.replace("rewrite", "resolve") for parameter in get_command(app).commands["build"].params}
    missing = set(inspect.signature(load_release).parameters) - options
    assert missing == {"embed", "streaming", "storage_options", "api_key", "fetching", "task"}
    assert {field.name for field in dataclasses.fields(FetchOptions)} <= options


def test_export_offers_and_accepts_only_the_policies_raise_and_skip() -> None:
    assert "raise|skip " in CliRunner().invoke(app, ["export", "--help"]).output
    refused = CliRunner().invoke(app, ["export", "flowers.json", "coco", "out", "--on-error", "keep"])
    assert refused.exit_code == 2
    assert "expected one of 'raise', 'skip'" in refused.output
