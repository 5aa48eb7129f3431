"""`run_tasks` runs tasks on the nodes of a cluster, also if a node dies, and cancels them if its results are closed."""

from __future__ import annotations

import functools
from contextlib import closing
from pathlib import Path

import pytest

from distributed.conftest import TwoNodes
from distributed.task_functions import CrashingWork, FailingWork, RecordedWork, WaitingWork, records, wait_for
from segments_hf.distributed.tasks import Task, run_tasks
from segments_hf.errors import ClusterError, OptionError

pytestmark = pytest.mark.slow


def test_each_task_runs_once_and_returns_its_result(cluster: TwoNodes, tmp_path: Path) -> None:
    keys = [f"slice-{number}" for number in range(8)]
    tasks = [Task(key, lambda _, key=key: RecordedWork(tmp_path, key)) for key in keys]
    assert sorted((key, result[0]) for key, result in run_tasks(tasks)) == [(key, key) for key in keys]
    assert records(tmp_path, "start") == keys


def test_make_work_receives_the_number_of_simultaneous_tasks(cluster: TwoNodes, tmp_path: Path) -> None:
    def make_work(concurrency: int) -> functools.partial[int]:
        return functools.partial(int, concurrency)

    assert dict(run_tasks([Task("a", make_work)])) == {"a": 1}
    assert dict(run_tasks([Task(key, make_work) for key in "abc"])) == {"a": 2, "b": 2, "c": 2}


def test_at_most_two_tasks_per_cpu_are_submitted_before_the_first_result(cluster: TwoNodes, tmp_path: Path) -> None:
    submitted_numbers: list[int] = []

    def make_work(number: int, _: int) -> RecordedWork:
        submitted_numbers.append(number)
        return RecordedWork(tmp_path, str(number), 0.1)

    tasks = [Task(str(number), functools.partial(make_work, number)) for number in range(20)]
    with closing(run_tasks(tasks)) as results:
        next(results)
        assert len(submitted_numbers) <= 4
        assert len(list(results)) == 19


def test_only_the_running_task_of_a_killed_node_runs_again(cluster: TwoNodes, tmp_path: Path) -> None:
    keys = [f"slice-{number}" for number in range(8)]
    tasks = [Task(key, lambda _, key=key: RecordedWork(tmp_path, key, 1)) for key in keys]
    result_keys = []
    with closing(run_tasks(tasks)) as results:
        result_keys += [next(results)[0], next(results)[0]]
        wait_for(lambda: len(records(tmp_path, "start")) >= 4)  # both nodes run a task
        cluster.kill_one()
        result_keys += [key for key, _ in results]
    assert sorted(result_keys) == keys
    started = records(tmp_path, "start")
    # The killed node ran one task. It may also have finished another task whose result had not arrived.
    assert len(keys) <= len(started) <= len(keys) + 2
    assert set(started) == set(keys)


def test_error_of_a_task_keeps_its_type_and_the_task_does_not_run_again(cluster: TwoNodes, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="max_shard_size: got 0, expected 1 or more") as caught:
        list(run_tasks([Task("slice", lambda _: FailingWork(tmp_path))]))
    assert type(caught.value) is OptionError
    assert caught.value.option == "max_shard_size"
    assert records(tmp_path, "start") == ["failing"]


def test_task_runs_again_if_its_process_dies(cluster: TwoNodes, tmp_path: Path) -> None:
    assert list(run_tasks([Task("slice", lambda _: CrashingWork(tmp_path, num_crashes=2))])) == [("slice", 2)]
    assert len(records(tmp_path, "start")) == 3


def test_error_names_a_task_whose_process_always_dies(
    cluster: TwoNodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segments_hf.distributed.tasks.MAX_RETRIES", 1)
    with pytest.raises(ClusterError, match="^slice-7: .* 2 times"):
        list(run_tasks([Task("slice-7", lambda _: CrashingWork(tmp_path, num_crashes=1000))]))
    assert len(records(tmp_path, "start")) == 2


@pytest.mark.parametrize(("step", "is_interrupted"), [(0.1, True), (60, False)], ids=["short steps", "one system call"])
def test_closing_the_results_ends_running_and_waiting_tasks(
    cluster: TwoNodes, tmp_path: Path, step: float, is_interrupted: bool
) -> None:
    tasks = [Task("first", lambda _: RecordedWork(tmp_path, "first"))]
    tasks += [Task(str(number), lambda _, key=str(number): WaitingWork(tmp_path, key, step)) for number in range(6)]
    with closing(run_tasks(tasks)) as results:
        next(results)
        wait_for(lambda: len(records(tmp_path, "start")) == 3)
    running = [key for key in records(tmp_path, "start") if key != "first"]
    # `KeyboardInterrupt` is raised between two steps; a process that waits in a system call is killed.
    assert records(tmp_path, "canceled") == (running if is_interrupted else [])
    # The CPUs are free: further tasks run.
    assert len(list(run_tasks([Task(key, lambda _, key=key: RecordedWork(tmp_path, key)) for key in "ab"]))) == 2
    assert len(records(tmp_path, "start")) == 5
