"""A token that ``certifly token revoke`` has called revoked is refused everywhere."""

import json
import subprocess
import sys

from tests.live import Installation


def test_no_server_accepts_a_token_once_the_command_has_returned(live: Installation) -> None:
    tenant = live.new_tenant()
    assert tenant.http.get("/api/v1/me").status_code == 200  # now the server knows it by heart
    certifly = [sys.executable, "-m", "certifly"]
    listed = subprocess.run(
        [*certifly, "token", "list", "--tenant", tenant.slug, "--json"],
        env=live.environment,
        capture_output=True,
        check=True,
    )
    token_id = json.loads(listed.stdout)["data"][0]["id"]

    subprocess.run([*certifly, "token", "revoke", token_id], env=live.environment, check=True)

    assert tenant.http.get("/api/v1/me").status_code == 401
