"""Signed status lists in memory: signed once, in a thread, and the least wanted let go first."""

import asyncio
import threading

from certifly.certificates.status_lists import SignedStatusList
from certifly.public.status_lists import KEPT_MAX, Key, StatusLists


def key(number: int) -> Key:
    return 1, number.to_bytes(32, "big"), "proof-1", "token-1"


class Signer:
    """Signs lists that say how often it was asked, and remembers in which threads."""

    def __init__(self) -> None:
        self.threads: list[int] = []

    def __call__(self) -> SignedStatusList:
        self.threads.append(threading.get_ident())
        return SignedStatusList(str(len(self.threads)), "")


def test_a_list_that_many_ask_for_at_a_time_is_signed_once_and_not_by_the_thread_that_answers() -> None:
    lists, sign = StatusLists(), Signer()

    async def ask() -> list[SignedStatusList]:
        return await asyncio.gather(*(lists.get(key(1), sign) for _ in range(5)))

    assert asyncio.run(ask()) == [SignedStatusList("1", "")] * 5
    assert len(sign.threads) == 1
    assert sign.threads[0] != threading.get_ident()


def test_of_too_many_lists_the_one_asked_for_longest_ago_is_signed_again() -> None:
    lists, sign = StatusLists(), Signer()

    async def ask(*numbers: int) -> None:
        for number in numbers:
            await lists.get(key(number), sign)

    asyncio.run(ask(*range(KEPT_MAX)))
    assert len(sign.threads) == KEPT_MAX

    asyncio.run(ask(0, KEPT_MAX))
    assert len(sign.threads) == KEPT_MAX + 1, "the first was still there"

    asyncio.run(ask(0))
    assert len(sign.threads) == KEPT_MAX + 1, "and stays, since it was asked for"

    asyncio.run(ask(1))
    assert len(sign.threads) == KEPT_MAX + 2, "the second had to go"
