"""Who is called by no AI client does not pay for one."""

import subprocess
import sys

LIBRARIES = ("mcp", "mcp_types", "httpx2")


def test_the_web_process_and_the_commands_start_without_the_protocols_library() -> None:
    look = (
        "import sys, certifly.app.asgi, certifly.cli.main, certifly.mcp.door, certifly.mcp.catalogue; "
        f"print([name for name in {LIBRARIES} if name in sys.modules])"
    )

    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"


def test_the_door_loads_it_for_the_first_message() -> None:
    look = f"import sys, certifly.mcp.serving; print([name for name in {LIBRARIES} if name in sys.modules])"

    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == str(list(LIBRARIES))
