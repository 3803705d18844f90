"""5,000 certificates of 50 templates, signed, through one worker: what its processes hold from beginning to end.

``./dev bench worker_memory``: flat, and under 350 MB for each process.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import sqlalchemy as sa

from bench.installation import await_port, bench_installation, process
from bench.load import http_request, run_load
from certifly.certificates.models import RECORDED, Certificate
from tests.cast import template_document, text_element

CERTIFICATES, TEMPLATES = 5_000, 50
FONTS = ["EB Garamond", "Playfair Display", "Inter", "Cinzel", "Libre Baskerville", "Montserrat"]
NAMES = [
    "Ada Lovelace",
    "محمد بن موسى",
    "李小龍",
    "สมชาย ใจดี",
    "आर्यभट",
    "Ἀρχιμήδης",
    "София Ковалевская",
    "דוד",
]
LOOK_SECONDS = 3.0


def document(number: int) -> dict[str, object]:
    """One of fifty designs: another type face, size and ground."""
    made = template_document(name=f"Template {number}")
    made["layout"]["page"]["fill"] = f"#ff{number:02x}f7"
    made["layout"]["elements"][0] = text_element(
        "{Student Name}", font=FONTS[number % len(FONTS)], size=30 + number % 12
    )
    return made


def resident_mb(pid: int) -> float:
    """Memory of a process that is in RAM."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def children_of(pid: int) -> list[int]:
    """Processes it started."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(number) for number in found.split()]


def main() -> None:
    """Issue all, then let the worker make them, in the order in which fifty issuers would mix them."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CERTIFICATES
    with bench_installation([document(number) for number in range(TEMPLATES)]) as bench:

        def request(number: int) -> bytes:
            data = {"Student Name": NAMES[number % len(NAMES)], "Course": f"Course {number}"}
            body = {"template_id": bench.templates[number * 7 % TEMPLATES], "data": data}
            return http_request(
                "POST", "/api/v1/certificates", token=bench.token, body=json.dumps(body).encode()
            )

        with process(["-m", "certifly", "serve"], bench.environment):
            await_port(bench.settings.port)
            load = run_load(bench.settings.port, request, answers=count, connections=16)
            assert set(load.statuses) == {201}, load.statuses
        database = bench.open()
        left = sa.select(sa.func.count()).select_from(Certificate).where(Certificate.state == RECORDED)
        peak = 0.0
        with process(["-m", "certifly", "work", "--slot", "bench-1"], bench.environment) as pid:
            while True:
                time.sleep(LOOK_SECONDS)
                waiting = database.read(
                    bench.tenant_id, lambda db: db.connection.execute(left).scalar_one()
                ).result()
                sizes = [resident_mb(one) for one in (pid, *children_of(pid))]
                peak = max(peak, *sizes)
                shown = "  ".join(f"{size:4.0f} MB" for size in sizes)
                print(f"{count - waiting:5} made   worker and renderer: {shown}", flush=True)
                if not waiting:
                    break
        database.close()
    print(f"largest process at any look: {peak:.0f} MB")


if __name__ == "__main__":
    main()
