"""The command ``segments-hf validate``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from dataset.making import label, sample
from typer.testing import CliRunner, Result

from segments_hf.cli.app import app
from segments_hf.demo import demo_release

LABEL = label(annotations=[{"id": 1, "category_id": 1}])


def run(*args: object) -> Result:
    return CliRunner().invoke(app, ["validate", *map(str, args)])


def one_line(result: Result) -> str:
    """Return the output in one line, with single spaces between words."""
    return " ".join(result.output.split())


@pytest.mark.parametrize("options", [(), ("--strict",), ("--limit", 2), ("--limit", 2, "--assets")])
def test_report_of_a_clean_release_is_one_line(options: tuple[object, ...]) -> None:
    result = run(demo_release(), "--quiet", *options)
    assert result.exit_code == 0, result.output
    samples = 2 if "--limit" in options else 8
    [line] = result.output.splitlines()
    assert f"{samples} samples" in line
    assert ("%" in line) == ("2 RGB" in line) == ("--assets" in options)


def test_report_of_the_demo_release_with_assets_has_one_warning() -> None:
    result = run(demo_release(), "--quiet", "--assets", "--strict")
    assert result.exit_code == 0, result.output
    assert all(text in result.output for text in ("73.7%", "8 RGB", "0 errors, 1 warning", "--images upright"))


def test_findings_are_counted_in_a_table_and_listed(write_release) -> None:
    samples = [
        sample("a", label=LABEL),
        *[sample(f"b{number}", label={**LABEL, "label_status": "DONE"}) for number in range(40)],
        sample("a"),
    ]
    result = run(write_release(samples), "--quiet")
    assert result.exit_code == 0
    text = one_line(result)
    assert "42 samples" in text
    assert "1 error, 41 warnings" in text
    assert text.index("duplicate-sample") < text.index("unknown-status")
    listed = text.rpartition("unknown-status")[2]
    assert "category 'leaf'" in text
    assert listed.count("got the status 'DONE'") == 5
    assert "35 more" in listed


@pytest.mark.parametrize(("second_name", "code"), [("a", 1), ("b", 0)], ids=["error and warning", "warning"])
def test_strict_exits_with_1_for_errors_and_not_for_warnings(write_release, second_name: str, code: int) -> None:
    samples = [sample("a", label={**LABEL, "label_status": "DONE"}), sample(second_name, label=LABEL)]
    release = write_release(samples)
    for options in (["--json"], []):
        assert run(release, "-q", *options).exit_code == 0
        assert run(release, "-q", "--strict", *options).exit_code == code


def test_json_has_every_finding(write_release) -> None:
    samples = [sample(f"{number}", label={**LABEL, "label_status": "DONE"}) for number in range(40)]
    report = json.loads(run(write_release(samples), "--json", "-q").output)
    assert report["counts"] == {"unknown-status": 40, "unused-category": 1}
    assert report["findings"][39]["sample"] == "39"
    assert report["findings"][39]["severity"] == "warning"
    assert report["unlabeled_share"] is None


def test_hostile_names_are_escaped(write_release) -> None:
    name, status = "[bold]odd[/bold] [/]\x1b[31m\r\nx", "\x1b]0;title\x07[red]"
    result = run(write_release([sample(name, label=label(status))] * 2), "-q")
    assert result.exit_code == 0, result.output
    assert r"  [bold]odd[/bold] [/]\x1b[31m\r\nx: row 0 " in result.output
    assert r"\x1b]0;title\x07[red]" in result.output
    assert not {"\x1b", "\x07", "\r"} & set(result.output)


def test_loading_options_choose_samples_and_locations(tmp_path: Path) -> None:
    assert "3 samples" in run(demo_release(), "--filter-by", "labeled", "-q").output
    moved = run(demo_release(), "--assets", "--rewrite", f"{demo_release().parent}={tmp_path}", "-q", "--json")
    assert json.loads(moved.output)["counts"] == {"unreadable-image": 8, "unreadable-bitmap": 6}


def test_invalid_release_and_invalid_limit_are_errors(tmp_path: Path) -> None:
    (tmp_path / "release.json").write_text("{}")
    result = run(tmp_path / "release.json")
    assert result.exit_code == 1
    assert "Error: " in result.output
    result = run(demo_release(), "--limit", 0)
    assert result.exit_code == 1
    assert "--limit: got 0" in result.output
