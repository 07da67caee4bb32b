"""Whether a version that the service asks for is known to be unsafe.

The usual tool says "none found" also when who it asks knows nothing. So it is first asked about a
version that is known to be bad: without an answer to that, nothing was audited.
"""

import json
import subprocess
from pathlib import Path

from tests.clients.tools import environment_of
from tests.processes import ROOT

SERVICE = "https://api.osv.dev/v1/query"
KNOWN_BAD = ROOT / "tests" / "supply_chain" / "known_bad.txt"


class NothingAuditedError(Exception):
    """Nobody could be asked. ``str(error)`` says why."""


def known_faults(locked: Path, service: str = SERVICE) -> list[str]:
    """A line for each fault of a version in a lock file; :class:`NothingAuditedError`."""
    if not _asked(KNOWN_BAD, service):
        raise NothingAuditedError(
            f"{service} knows no fault of {KNOWN_BAD.read_text().strip()}, which has several."
        )
    return _asked(locked, service)


def _asked(locked: Path, service: str) -> list[str]:
    options = ("--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json")
    done = subprocess.run(
        [environment_of("audit") / "pip-audit", *options, "--requirement", locked,
         "--vulnerability-service", "osv", "--osv-url", service],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise NothingAuditedError(f"{service} cannot be asked: {reason}") from None
    return [
        f"{each['name']} {each['version']}: {fault['id']}, "
        f"mended in {', '.join(fault['fix_versions']) or 'no version yet'}"
        for each in found
        for fault in each.get("vulns", ())
    ]
