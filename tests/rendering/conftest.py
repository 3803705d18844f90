"""One engine for all tests of drawing, as a process has one."""

from pathlib import Path

import pytest

from certifly.rendering.engine import Engine


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    root: Path = tmp_path_factory.mktemp("engine")
    return Engine(root)
