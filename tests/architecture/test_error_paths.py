"""The judge of error paths: what counts as walked, and what excuses a path that nobody can walk."""

from textwrap import dedent

from tools.error_paths import judge

SOURCE = dedent(
    """\
    def divide(a, b):
        try:
            return a / b
        except ZeroDivisionError:
            if a == 0:
                return 0
            raise Undefined(
                a,
            ) from None
    """
)


def test_a_path_that_was_walked_is_in_order() -> None:
    assert judge("a.py", SOURCE, {1, 2, 3, 4, 5, 6, 7, 8}) == ([], [], [])


def test_a_raise_that_no_test_reached_is_named() -> None:
    unwalked = judge("a.py", SOURCE, {1, 2, 3, 4, 5, 6}).unwalked

    assert unwalked == ["a.py:7: raise Undefined("]


def test_an_except_whose_body_no_test_reached_is_named() -> None:
    unwalked = judge("a.py", SOURCE, {1, 2, 3, 4}).unwalked

    assert unwalked == ["a.py:4: except ZeroDivisionError:", "a.py:7: raise Undefined("]


def test_looking_at_an_except_is_not_walking_it() -> None:
    source = "try:\n    f()\nexcept A:\n    pass\nexcept B:\n    pass\n"

    assert judge("a.py", source, {1, 2, 3, 5, 6}).unwalked == ["a.py:3: except A:"]


def test_a_reason_excuses_a_path_that_cannot_be_walked() -> None:
    source = "def f():\n    raise Never  # unreachable: the type of the argument allows no third\n"

    assert judge("a.py", source, {1}) == ([], [], [])


def test_a_reason_beside_the_except_counts_as_well() -> None:
    source = "try:\n    f()\nexcept A:  # unreachable: only on a kernel without flock\n    pass\n"

    assert judge("a.py", source, {1, 2}) == ([], [], [])


def test_an_excuse_without_a_reason_is_none() -> None:
    source = "def f():\n    raise Never  # unreachable: never\n"

    assert judge("a.py", source, {1}).reasonless == ["a.py:2: raise Never  # unreachable: never"]


def test_an_excuse_for_what_was_walked_is_pointed_out() -> None:
    source = "def f():\n    raise Never  # unreachable: the type of the argument allows no third\n"

    assert judge("a.py", source, {1, 2}).needless


def test_a_file_that_no_test_loaded_has_walked_nothing() -> None:
    assert len(judge("a.py", SOURCE, set()).unwalked) == 2
