"""Functions for benchmarks: run a function in a new process, measure it, print a table.

A script passes its roles and its `main` to `start`. `main` calls `run(__file__, role, ...)`, which starts the script
again in a new process. In the new process, `start` runs the role and prints its result as JSON.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

REPOSITORY = Path(__file__).resolve().parent.parent
SDK_PACKAGES = ["segments-ai==1.33.0", "pillow==12.*", "scikit-image", "pycocotools"]
_CHILD = "--in-child"
_STARTED = "BENCHMARK_STARTED"

Measure = dict[str, Any]


def start(roles: Mapping[str, Callable[..., Measure]], main: Callable[[], None]) -> None:
    """Run `main`. In a process that `run` started, run the role that `run` passed to the process."""
    if sys.argv[1:2] == [_CHILD]:
        print("\n" + json.dumps(roles[sys.argv[2]](*sys.argv[3:])))
    else:
        main()


def run(
    script: str, role: str, *args: str, python: str = sys.executable, env: Mapping[str, str] | None = None
) -> Measure:
    """Run one role of `script` in a new process and return its measure."""
    # Requests to the loopback address must not go through a proxy.
    settings = {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", **(env or {})}
    settings[_STARTED] = repr(time.time())
    command = [python, script, _CHILD, role, *args]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{role} failed:\n{done.stderr[-4000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def environment(folder: Path, packages: list[str]) -> str:
    """Return the Python interpreter of an environment with these packages, which is made on first use."""
    python = folder / "bin" / "python"
    ready = folder / "ready"
    if not ready.exists():
        print(f"making {folder} with {', '.join(packages)}", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--quiet", *packages], check=True)
        ready.touch()
    return str(python)


def sdk_environment() -> str:
    """Return the Python interpreter of an environment with the SDK and the packages for its exports."""
    return environment(Path(__file__).resolve().parent / ".env-sdk-1.33-export", SDK_PACKAGES)


def timed(function: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[Any, Measure]:
    """Call `function`, and return its result and its measure.

    The measure has `seconds` of the call, `cpu` seconds of all threads, `wall` seconds since the start of the process,
    and `peak` memory in MiB.
    """
    begin, cpu_begin = time.perf_counter(), time.process_time()
    result = function(*args, **kwargs)
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu_begin
    wall = time.time() - float(os.environ[_STARTED])
    return result, {"seconds": seconds, "cpu": cpu, "wall": wall, "peak": _peak_memory()}


def _peak_memory() -> float:
    """Return the largest resident memory of this process so far in MiB."""
    if sys.platform == "linux":
        # Not `ru_maxrss`: in a new process, Linux begins it with the peak of the parent process.
        found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
        assert found is not None
        return int(found[1]) / 2**10
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # macOS counts in bytes


def median(measures: Iterable[Measure]) -> Measure:
    """Return the median of each number over the measures of one role, but the maximum of the peak memory."""
    rounds = list(measures)
    middle = {key: statistics.median(measure[key] for measure in rounds) for key in rounds[0]}
    return {**middle, "peak": max(measure["peak"] for measure in rounds)}


def print_table(header: list[str], rows: list[list[str]]) -> None:
    """Print rows below a header. The first column is left-aligned, the others are right-aligned."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in [header, ["-" * width for width in widths], *rows]:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  ".join(cells))


def verdict(name: str, value: float, sign: str, target: float) -> str:
    """Return a line such as "ratio 41.3 >= 30: met"."""
    met = value >= target if sign == ">=" else value <= target
    return f"{name} {value:.4g} {sign} {target:g}: {'met' if met else 'MISSED'}"
