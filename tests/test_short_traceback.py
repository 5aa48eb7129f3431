"""The traceback of an error ends in the public function that the user called, and the error keeps its cause."""

from __future__ import annotations

import inspect
import json
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

import segments_hf
from segments_hf.errors import AssetError, SegmentsHFError
from segments_hf.short_traceback import short_traceback

FRAME = re.compile(r'^  File "(.*)", line \d+, in (.*)$', re.MULTILINE)

# For each public function, a call that raises an error deep in the call stack.
CALLS = {
    "load_release": "load_release('missing.json')",
    "open": "Release.open('missing.json')",
    "to_layout": "to_layout('missing.json', 'semantic-segmentation')",
    "add_semantic_masks": "add_semantic_masks('missing.json')",
    "add_instance_masks": "add_instance_masks('missing.json')",
    "add_panoptic_masks": "add_panoptic_masks('missing.json')",
    "categories": "categories('missing.json')",
    "id2label": "id2label('missing.json')",
    "label2id": "label2id('missing.json')",
    "validate": "validate('missing.json')",
    "stats": "stats('missing.json')",
    "preview": "preview('missing.json', 'page.html')",
    "contact_sheet": "contact_sheet('missing.json')",
    "plot": "plot('missing.json')",
    "sensors": "sensors('missing.json')",
    "export_dataset": "export_dataset('missing.json', 'coco', 'out')",
    "push_to_hub": "push_to_hub('missing.json', 'jane/flowers', layout='none')",
    "get_semantic_bitmap": "get_semantic_bitmap(b'no image', [])",
}

# A script that prints a JSON object: the traceback of each call, as Python prints it.
SCRIPT = """
import json
import traceback

import segments_hf

printed = {}
for call in CALLS:
    try:
        exec(compile("def user_code(): segments_hf." + call + "\\nuser_code()", "user.py", "exec"))
    except segments_hf.SegmentsHFError as error:
        printed[call] = "".join(traceback.format_exception(error))
print(json.dumps(printed))
"""


def tracebacks(calls: list[str], **environment: str) -> dict[str, str]:
    """Return the traceback of each call, in a new process with these environment variables."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.replace("CALLS", repr(calls))],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    printed: dict[str, str] = json.loads(done.stdout)
    return printed


def test_calls_contain_every_public_function() -> None:
    functions = {name for name in segments_hf.__all__ if inspect.isfunction(getattr(segments_hf, name))}
    assert functions == CALLS.keys() - {"open"}


def test_traceback_of_every_public_function_has_only_the_frames_of_the_user_and_of_the_function() -> None:
    printed = tracebacks(list(CALLS.values()))
    assert printed.keys() == set(CALLS.values())
    for name, call in CALLS.items():
        frames = FRAME.findall(printed[call])
        if sys.version_info < (3, 11):  # the frame of the decorator cannot be removed
            frames.pop(-2)
        assert [function for _, function in frames[-2:]] == ["user_code", name], printed[call]
        assert printed[call].count("Traceback") == 1


def test_uncaught_error_of_a_script_prints_one_short_traceback(tmp_path: Path) -> None:
    (tmp_path / "flowers-v1.0.json").write_text("{}")
    script = tmp_path / "script.py"
    script.write_text("import segments_hf\n\nsegments_hf.load_release('flowers.json')\n")
    done = subprocess.run([sys.executable, script.name], cwd=tmp_path, capture_output=True, text=True, check=False)
    files = [Path(file).name for file, _ in FRAME.findall(done.stderr)]
    assert [file for file in files if file != "short_traceback.py"] == ["script.py", "load.py"]
    assert done.stderr.splitlines()[-1].startswith("segments_hf.errors.ReleaseError: ")
    assert done.stderr.endswith("did you mean 'flowers-v1.0.json'?\n")


def test_traceback_is_complete_with_the_debug_variable() -> None:
    call = CALLS["load_release"]
    printed = tracebacks([call], SEGMENTS_HF_DEBUG="1")[call]
    assert len(FRAME.findall(printed)) > 5
    assert FRAME.findall(printed)[-1][1] == "map_file"


@short_traceback
def fail(kind: type[Exception] = AssetError) -> None:
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError as error:
        raise kind("a.jpg: got no image") from error


def test_cause_stays_an_attribute_of_the_error_but_is_not_printed() -> None:
    with pytest.raises(SegmentsHFError) as raised:
        fail()
    assert isinstance(raised.value.cause, ZeroDivisionError)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_error_that_the_user_was_handling_is_still_printed() -> None:
    with pytest.raises(AssetError) as raised:
        try:
            {}["key"]
        except KeyError:
            fail()
    cause = raised.value.__cause__
    assert isinstance(cause, ZeroDivisionError)
    assert isinstance(cause.__context__, KeyError)


def test_other_errors_keep_their_traceback_and_cause() -> None:
    with pytest.raises(RuntimeError) as raised:
        fail(RuntimeError)
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_public_functions_keep_their_signature_and_can_be_pickled() -> None:
    for name in CALLS.keys() - {"open"}:
        function = getattr(segments_hf, name)
        assert pickle.loads(pickle.dumps(function)) is function
        assert inspect.signature(function).parameters.keys() != {"args", "kwargs"}
