"""Compare the outputs of two versions of segments_hf: rows, masks, layouts, exports and cards.

Run `python tools/compare_outputs.py OLD [NEW]`. OLD and NEW are checkouts or revisions of this repository. By default,
NEW is this checkout. Both versions write the outputs of the demo release, of small releases that each cover one rule
about labels, and of the real release in `../shared/real`. The program prints the differences, and exits with status 1
if it finds one.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from outputs.differences import Comparison, compare_folders
from outputs.small_releases import write_small_releases

ROOT = Path(__file__).resolve().parents[1]
WRITER = ROOT / "tools" / "outputs" / "write_outputs.py"
REAL_RELEASE = ROOT.parent / "shared" / "real" / "arc_litter-v01" / "arc_litter-v01.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare the outputs of two versions, print the result, and return the exit status."""
    options = parse_arguments(arguments)
    with tempfile.TemporaryDirectory(prefix="compare-outputs-") as folder, ExitStack() as stack:
        work = Path(folder)
        checkouts = {
            "old": stack.enter_context(checkout_of(options.old, work / "old-checkout")),
            "new": stack.enter_context(checkout_of(options.new, work / "new-checkout")),
        }
        write_small_releases(work / "releases")
        for name, checkout in checkouts.items():
            write_outputs(checkout, work / name, work / "releases", options.only)
        return report(compare_folders(work / "old" / "outputs", work / "new" / "outputs"))


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", metavar="OLD", help="a checkout or a git revision")
    parser.add_argument(
        "new",
        metavar="NEW",
        nargs="?",
        default=str(ROOT),
        help="a checkout or a git revision; by default this checkout",
    )
    parser.add_argument(
        "--only", metavar="PATTERN", default="*", help="the outputs to compare, such as 'demo/exports/*'"
    )
    return parser.parse_args(arguments)


@contextmanager
def checkout_of(version: str, worktree: Path) -> Iterator[Path]:
    """Yield the folder of a checkout. A revision is checked out to `worktree` until the block ends."""
    if (Path(version) / "segments_hf").is_dir():
        yield Path(version).resolve()
        return
    git = ["git", "-C", str(ROOT), "worktree"]
    added = subprocess.run([*git, "add", "--quiet", "--detach", str(worktree), version], check=False)  # noqa: S603
    if added.returncode:
        sys.exit(f"got {version}, expected a checkout of segments_hf or a git revision of this repository")
    try:
        yield worktree
    finally:
        subprocess.run([*git, "remove", "--force", str(worktree)], check=True)  # noqa: S603


def write_outputs(checkout: Path, work: Path, releases: Path, only: str) -> None:
    """Write the outputs of the package of a checkout to `work / "outputs"`, in a new process."""
    sys.path.append(str(ROOT / "tests"))
    from hub.server.hub_server import HubServer

    outputs = work / "outputs"
    outputs.mkdir(parents=True)
    hub = HubServer()
    hub.start()
    try:
        arguments = [str(path) for path in (checkout, outputs, releases, REAL_RELEASE)]
        done = subprocess.run(  # noqa: S603
            [sys.executable, str(WRITER), *arguments, only],
            env=environment(checkout, work / "home", hub.url),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"{checkout}: the outputs could not be written\n{done.stderr}")
        for _, repo_id in hub.repos:
            write_repository(outputs, repo_id, hub.files(repo_id))
    finally:
        hub.stop()


def environment(checkout: Path, home: Path, hub_url: str) -> dict[str, str]:
    """Return the environment of a process that imports the package of a checkout and uses the Hub at `hub_url`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    return inherited | {
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
        "HF_ENDPOINT": hub_url,
        "HF_HOME": str(home),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_XET": "1",
        "HF_TOKEN": "hf_jane",
        "NO_PROXY": "127.0.0.1",
        "PYTHONPATH": str(checkout),
    }


def write_repository(outputs: Path, repo_id: str, files: dict[str, bytes]) -> None:
    """Write the files of the Hub repository `jane/RELEASE.KIND` to the folder `RELEASE/cards/KIND`."""
    release, _, kind = repo_id.partition("/")[2].partition(".")
    for name, content in files.items():
        path = outputs / release / "cards" / kind / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def report(comparison: Comparison) -> int:
    """Print a comparison and return the exit status."""
    if not REAL_RELEASE.is_file():
        print(f"skipped arc_litter: the real release is not at {REAL_RELEASE}")
    for path, lines in comparison.different.items():
        print(path, *(f"    {line}" for line in lines), sep="\n")
    print(f"{comparison.equal:,} files are equal, {comparison.errors:,} of them error messages")
    if not comparison.equal and not comparison.different:
        print("nothing was compared")
        return 1
    print(f"{len(comparison.different):,} files differ")
    return int(bool(comparison.different))


if __name__ == "__main__":
    sys.exit(main())
