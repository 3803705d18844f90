"""What is prepared once per key: also when all threads of a worker want it at the same moment."""

import threading

from certifly.credentials.cms import CMSParts, parts_of
from tests.sealing import seal_key

THREADS = 8


def test_threads_that_seal_at_once_share_one_preparation() -> None:
    # asn1crypto is not safe for threads at the first use of its types: two preparations at once may fail.
    key, together, found = seal_key(), threading.Barrier(THREADS), list[CMSParts]()

    def seal() -> None:
        together.wait()
        found.append(parts_of(key))

    threads = [threading.Thread(target=seal) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == THREADS
    assert len({id(parts) for parts in found}) == 1
