"""Random cases of parametrized tests: the marker ``each_choice``, and the option ``--random-cases`` of pytest.

Some tests have a case for each combination of the values of two or more parameters. With the marker
``each_choice(N)``, only some random cases of such a test are run, in which each value of each parameter occurs at least
N times. The option ``--all-cases`` runs all combinations.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--random-cases", type=int, metavar="N", help="run at most N random cases of each test")
    parser.addoption("--all-cases", action="store_true", help="run all cases of tests with the marker each_choice")
    parser.addoption("--case-seed", type=int, default=0, metavar="SEED", help="the seed of the random cases")


@pytest.hookimpl(trylast=True)  # after the tests were selected by their markers
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    count = config.getoption("random_cases")
    cases: defaultdict[str, list[pytest.Item]] = defaultdict(list)  # by test
    for item in items:
        cases[item.nodeid.partition("[")[0]].append(item)
    chooser = random.Random(config.getoption("case_seed"))
    chosen: set[pytest.Item] = set()
    for cases_of_test in cases.values():
        marker = cases_of_test[0].get_closest_marker("each_choice")
        if count is not None:
            chosen.update(chooser.sample(cases_of_test, min(count, len(cases_of_test))))
        elif marker is not None and not config.getoption("all_cases"):
            chosen.update(each_choice(cases_of_test, marker.args[0], chooser))
        else:
            chosen.update(cases_of_test)
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = [item for item in items if item in chosen]


def each_choice(cases: list[pytest.Item], times: int, chooser: random.Random) -> list[pytest.Item]:
    """Return random cases of a test in which each value of each parameter occurs at least `times` times.

    If a value has fewer cases, all of them are returned.
    """
    # The values of a case: the name of each parameter and the identity of its value, because values may be unhashable.
    values = {case: [(name, id(value)) for name, value in case.callspec.params.items()] for case in cases}  # type: ignore[attr-defined]
    missing = {value: min(times, count) for value, count in Counter(sum(values.values(), [])).items()}
    chosen: list[pytest.Item] = []
    remaining = chooser.sample(cases, len(cases))
    while any(missing.values()):
        best = max(remaining, key=lambda case: sum(missing[value] > 0 for value in values[case]))
        remaining.remove(best)
        chosen.append(best)
        for value in values[best]:
            missing[value] = max(missing[value] - 1, 0)
    return chosen


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    count, seed = config.getoption("random_cases"), config.getoption("case_seed")
    if count is not None or seed:
        options = f"--random-cases {count} --case-seed {seed}" if count is not None else f"--case-seed {seed}"
        terminalreporter.line(f"the random cases can be run again with {options}")
