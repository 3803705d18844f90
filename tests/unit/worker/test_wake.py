"""The alarm that ends the pauses of DBOS."""

import threading
import time

from certifly.worker.wake import QUEUE_THREAD, Alarm

LONG = 30.0


def pause(
    alarm: Alarm, stop: threading.Event, name: str, timeout: float = LONG
) -> tuple[threading.Thread, list[bool]]:
    """Wait for ``stop`` in a thread of this name."""
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(stop.wait(timeout)), name=name)
    thread.start()
    return thread, answers


def test_a_ring_ends_the_pause_of_a_thread_that_looks_for_jobs() -> None:
    alarm, stop = Alarm(frozenset({"notes"})), threading.Event()
    alarm.attach(stop)
    thread, answers = pause(alarm, stop, f"{QUEUE_THREAD}notes")
    time.sleep(0.1)

    alarm.ring(alarm.queues)
    thread.join(5)

    assert answers == [False]


def test_a_ring_while_nobody_pauses_is_heard_at_the_next_pause() -> None:
    alarm, stop = Alarm(frozenset({"notes"})), threading.Event()
    alarm.attach(stop)

    alarm.ring(alarm.queues)
    thread, answers = pause(alarm, stop, f"{QUEUE_THREAD}notes")
    thread.join(5)

    assert answers == [False]


def test_a_ring_for_one_queue_leaves_the_others_in_peace() -> None:
    alarm, stop = Alarm(frozenset({"notes", "letters"})), threading.Event()
    alarm.attach(stop)
    notes, _ = pause(alarm, stop, f"{QUEUE_THREAD}notes")
    letters, _ = pause(alarm, stop, f"{QUEUE_THREAD}letters")
    time.sleep(0.1)

    alarm.ring(["notes"])
    notes.join(5)
    time.sleep(0.1)
    undisturbed = letters.is_alive()
    stop.set()
    alarm.ring(alarm.queues)
    letters.join(5)

    assert not notes.is_alive()
    assert undisturbed


def test_a_ring_does_not_disturb_other_threads() -> None:
    alarm, stop = Alarm(frozenset({"notes"})), threading.Event()
    alarm.attach(stop)
    thread, answers = pause(alarm, stop, "scheduler")

    alarm.ring(alarm.queues)
    thread.join(0.2)
    undisturbed = thread.is_alive()
    stop.set()
    thread.join(5)

    assert undisturbed and answers == [True]


def test_the_order_to_stop_is_seen_in_a_pause() -> None:
    alarm, stop = Alarm(frozenset({"notes"})), threading.Event()
    alarm.attach(stop)
    thread, answers = pause(alarm, stop, f"{QUEUE_THREAD}notes")
    time.sleep(0.1)

    stop.set()
    alarm.ring(alarm.queues)
    thread.join(5)

    assert answers == [True]


def test_the_order_to_stop_is_seen_before_a_pause() -> None:
    alarm, stop = Alarm(frozenset({"notes"})), threading.Event()
    alarm.attach(stop)
    stop.set()

    thread, answers = pause(alarm, stop, f"{QUEUE_THREAD}notes")
    thread.join(5)

    assert answers == [True]


def test_after_a_job_has_ended_it_looks_more_than_once() -> None:
    alarm, stop = Alarm(frozenset({"notes"})), threading.Event()
    alarm.attach(stop)
    looks: list[bool] = []

    def look() -> None:
        while not stop.is_set():
            looks.append(stop.wait(LONG))

    thread = threading.Thread(target=look, name=f"{QUEUE_THREAD}notes")
    thread.start()
    alarm.job_ended("notes")
    time.sleep(1)
    counted = len(looks)
    stop.set()
    alarm.ring(alarm.queues)
    thread.join(5)

    assert counted in (2, 3)  # at once, and twice more unless this machine is slow
