"""Pairs of Python and SQLite with which DBOS could store no job are refused before anything is made."""

import pytest

from certifly.jobs.migrate import SQLiteTooOld, check_sqlite


@pytest.mark.parametrize(
    ("python", "sqlite"), [((3, 11), (3, 40, 1)), ((3, 12), (3, 42, 0)), ((3, 13), (3, 50, 4))]
)
def test_a_pair_that_works_is_taken(python: tuple[int, ...], sqlite: tuple[int, ...]) -> None:
    check_sqlite(python, sqlite)


def test_a_pair_that_does_not_is_told_with_its_remedies() -> None:
    with pytest.raises(SQLiteTooOld, match=r"SQLite 3\.41\.2.*Use Python 3\.11"):
        check_sqlite((3, 12), (3, 41, 2))
