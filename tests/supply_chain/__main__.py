"""``make audit``: write build/sbom.json; fail on a refused licence or a version known to be bad.

It ends with 1 where something is wrong, and with 2 where faults could not be asked for.
"""

import json
import sys

from tests.processes import ROOT
from tests.supply_chain.components import components, refused_licences
from tests.supply_chain.known_faults import NothingAuditedError, known_faults

SBOM = ROOT / "build" / "sbom.json"
RUNTIME = ROOT / "requirements" / "runtime.txt"


def main() -> int:
    """The exit status; what was found is printed."""
    document = components()
    SBOM.parent.mkdir(exist_ok=True)
    SBOM.write_text(json.dumps(document, indent=2) + "\n")
    print(f"{len(document['components'])} components are listed in build/sbom.json.")
    wrong = refused_licences(document)
    try:
        wrong += known_faults(RUNTIME)
    except NothingAuditedError as error:
        print("\n".join([*wrong, f"Nothing was audited: {error}"]))
        return 2
    print("\n".join(wrong or ["All licences are allowed, and no version is known to be bad."]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
