"""``segments-hf validate``: check a release before training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from segments_hf.cli import options
from segments_hf.cli.console import output, print_json, print_line

if TYPE_CHECKING:
    from segments_hf.validate import Finding, Report

_MAX_LISTED = 5  # findings of one check
_MAX_NAMED = 3  # samples in the table for one check
_STYLES = {"error": "bold red", "warning": "yellow"}


@options.with_reading
def validate(
    release: options.Release,
    limit: Annotated[int | None, typer.Option(min=1, help="The largest number of samples to check.")] = None,
    *,
    assets: Annotated[
        bool, typer.Option("--assets", help="Download the images and bitmaps and check them too.")
    ] = False,
    json: options.Json = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with status 1 if a finding is an error.")] = False,
    loading: dict[str, Any],
    quiet: options.Quiet = False,
) -> None:
    """Check the labels of a release, and with --assets its images and bitmaps."""
    import datasets

    from segments_hf.validate.validation import validate as validate_release

    if quiet:
        datasets.disable_progress_bars()
    report = validate_release(release, assets=assets, limit=limit, **loading)
    if json:
        print_json(report)
    else:
        _print(report)
    if strict and report.errors:
        raise typer.Exit(1)


def _print(report: Report) -> None:
    from segments_hf.validate.report import described

    print_line(report.summary)
    if report.is_clean:
        return
    output.print(_table(report))
    for check, findings in report.by_check.items():
        print_line(check, _STYLES[findings[0].severity])
        for finding in findings[:_MAX_LISTED]:
            print_line(f"  {described(finding)}")
        if len(findings) > _MAX_LISTED:
            print_line(f"  … {len(findings) - _MAX_LISTED} more; --json prints all findings")


def _table(report: Report) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("", no_wrap=True)
    table.add_column("check", no_wrap=True)
    table.add_column("findings", justify="right", no_wrap=True)
    table.add_column("why it matters, and the first samples", overflow="fold")
    for check, findings in report.by_check.items():
        first = findings[0]
        details = Text.assemble(first.why, "\n", (_samples(findings), "dim"))
        table.add_row(Text(first.severity, _STYLES[first.severity]), Text(check), Text(str(len(findings))), details)
    return table


def _samples(findings: list[Finding]) -> str:
    """Return the names of the first samples that have findings."""
    from segments_hf.io.escaping import for_terminal

    names = list(dict.fromkeys(finding.sample for finding in findings))
    more = [] if len(names) <= _MAX_NAMED else ["…"]
    return ", ".join([*map(for_terminal, names[:_MAX_NAMED]), *more])
