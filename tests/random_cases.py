"""The option ``--random-cases`` of pytest, which runs a few random cases of each parametrized test."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--random-cases", type=int, metavar="N", help="run at most N random cases of each test")
    parser.addoption("--case-seed", type=int, default=0, metavar="SEED", help="the seed of the random cases")


@pytest.hookimpl(trylast=True)  # after the tests were selected by their markers
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    count = config.getoption("random_cases")
    if count is None:
        return
    cases: defaultdict[str, list[pytest.Item]] = defaultdict(list)  # by test
    for item in items:
        cases[item.nodeid.partition("[")[0]].append(item)
    chooser = random.Random(config.getoption("case_seed"))
    chosen = {item for own in cases.values() for item in chooser.sample(own, min(count, len(own)))}
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = [item for item in items if item in chosen]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    count, seed = config.getoption("random_cases"), config.getoption("case_seed")
    if count is not None:
        terminalreporter.line(f"the random cases can be run again with --random-cases {count} --case-seed {seed}")
