"""The identity of jobs, on which rests that announcing twice is harmless."""

import pytest

from certifly.jobs.migrate import grants_for
from certifly.jobs.naming import Arguments, is_task, job_id, queue_of


def test_the_queue_of_a_task_is_its_domain() -> None:
    assert queue_of("certificates.produce") == "certificates"


@pytest.mark.parametrize("name", ["certificates.produce", "emails.send_again"])
def test_a_task_is_named_domain_dot_verb(name: str) -> None:
    assert is_task(name)


@pytest.mark.parametrize(
    "name", ["produce", "certificates.", ".produce", "a.b.c", "a:b.c", "Emails.send", "emails.send "]
)
def test_other_names_are_no_tasks(name: str) -> None:
    assert not is_task(name)


def test_every_part_of_a_job_is_in_its_id() -> None:
    one = Arguments(4, [17], 0)

    assert job_id("certificates.produce", one) == "certificates.produce:4:17:0"
    assert job_id("certificates.produce", one._replace(attempt=2)) == "certificates.produce:4:17:2"
    assert job_id("certificates.produce", one._replace(run=1)) == "certificates.produce:4:17:0+1"
    assert job_id("emails.send", Arguments(4, ["a", 17], 0)) == "emails.send:4:a:17:0"


def test_the_reason_of_a_failure_does_not_make_another_job() -> None:
    assert job_id("a.b", Arguments(1, [1], 0, 1, "x")) == job_id("a.b", Arguments(1, [1], 0, 1, "y"))


def test_a_role_with_a_quote_in_its_name_cannot_end_its_grant_early() -> None:
    assert all(statement.endswith(' TO "a""b; DROP"') for statement in grants_for('a"b; DROP'))
