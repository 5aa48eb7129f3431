"""Run tasks on a Ray cluster, and yield the results as they arrive."""

from __future__ import annotations

from collections import deque
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from segments_hf.distributed.cluster import cluster_cpus
from segments_hf.errors import ClusterError
from segments_hf.option_names import is_command_line, on_command_line

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

MAX_RETRIES: Final = 8  # the number of times that Ray runs a task again after its node or process died

_POLL_SECONDS = 1.0  # the interval between reads of the number of CPUs while no result arrives
_CANCEL_SECONDS = 5.0  # the time for canceled tasks to remove their files before their processes are killed

R = TypeVar("R")


@dataclass(frozen=True)
class Task(Generic[R]):
    """A task for one CPU of the cluster.

    Attributes:
        key: The name of the task in errors and results.
        make_work: A function that returns the work. Its argument is the number of tasks that run at the same time. It
            is called in this process when the task is submitted. The work is a function, which is pickled and called on
            a node. The result of the work is pickled too. It should be small: if a node dies, its large results are
            lost, and the tasks run again.
    """

    key: str
    make_work: Callable[[int], Callable[[], R]]


def run_tasks(tasks: Sequence[Task[R]]) -> Generator[tuple[str, R], None, None]:
    """Run tasks on the cluster that this process is connected to. The results come in the order of completion.

    At most twice as many tasks as CPUs are submitted at the same time: one task runs on each CPU, and as many wait, so
    that a CPU gets its next task at once and an autoscaler adds nodes. The number of CPUs is read again as nodes join
    and die. If a node dies, Ray runs its tasks again on other nodes, up to `MAX_RETRIES` times each.

    If the iterator is closed, or an error or Ctrl-C ends it, all submitted tasks are canceled: `KeyboardInterrupt` is
    raised in them. Ray cannot interrupt a system call, such as the wait for a response, so the processes of tasks that
    have not ended after five seconds are killed. Close the iterator with `contextlib.closing`: then the tasks are also
    canceled if the consumer fails.

    Args:
        tasks: The tasks. They are submitted in this order.

    Yields:
        The key and the result of each task.

    Raises:
        Exception: The exception of a task, which is not run again.
        ClusterError: The process of a task died too often.
    """
    import ray

    waiting_tasks = deque(tasks)
    submitted_tasks: dict[Any, Task[R]] = {}  # by the reference to the result
    run = ray.remote(num_cpus=1, max_retries=MAX_RETRIES, scheduling_strategy="SPREAD")(_run)
    try:
        while waiting_tasks or submitted_tasks:
            cpus = cluster_cpus()
            while waiting_tasks and len(submitted_tasks) < 2 * cpus:
                work = waiting_tasks[0].make_work(min(cpus, len(tasks)))
                submitted_tasks[run.remote(work, is_command_line=is_command_line())] = waiting_tasks.popleft()
            done, _ = ray.wait(list(submitted_tasks), timeout=_POLL_SECONDS)
            for reference in done:
                task = submitted_tasks.pop(reference)
                yield task.key, _result(reference, task.key)
    finally:
        if submitted_tasks:
            # Waiting tasks are canceled first. Otherwise, a running task may end, and a waiting task may start while
            # it is canceled. Then Ray may abort this process ("Tried to complete task that was not pending").
            _cancel(list(reversed(submitted_tasks)))


def _run(work: Callable[[], R], *, is_command_line: bool) -> R:
    """Call the work of a task on a node. If the driver is the command line, errors name options as flags."""
    with on_command_line() if is_command_line else nullcontext():
        return work()


def _result(reference: Any, key: str) -> Any:  # noqa: ANN401  (a reference of Ray, and the result of any task)
    """Return the result of a completed task.

    Raises:
        Exception: The exception of the task. Its cause shows the traceback on the node.
        ClusterError: The process of the task died too often.
    """
    import ray

    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from error
    except ray.exceptions.RayError as error:
        raise ClusterError(
            f"{key}: Ray could not complete this task. If its process died, Ray ran the task {MAX_RETRIES + 1} times; "
            f"check whether the memory of the nodes is full. {error}"
        ) from error


def _cancel(references: list[Any]) -> None:
    """Cancel tasks, wait until they have ended, and kill the processes of those that have not ended in time."""
    import ray

    remaining = references
    try:
        for reference in references:
            ray.cancel(reference)
        _, remaining = ray.wait(references, num_returns=len(references), timeout=_CANCEL_SECONDS)
    finally:  # also after a second Ctrl-C
        for reference in remaining:
            ray.cancel(reference, force=True)
