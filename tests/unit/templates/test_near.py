"""Guessing the key that was meant."""

import pytest

from certifly.templates.near import only_near


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("student name", "Student Name"),
        ("Sudent Name", "Student Name"),
        ("Studentt Namee", "Student Name"),
        ("Stduent Name", "Student Name"),
        ("Dato", "Date"),
        ("***", None),
        ("Dta", None),
        ("Da", None),
        ("Course Name", None),
        ("Stud Name", None),
    ],
)
def test_two_slips_are_forgiven_and_fewer_in_short_names(written: str, meant: str | None) -> None:
    assert only_near(written, ["Student Name", "Date", "Course"]) == meant
