"""What a question keeps closed stays closed when its answers are regraded."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.regrades.admin import CORRECTED, WRONG, Admin
from tests.factories import Bank, Submitted


def told(admin: Admin, sent: Submitted) -> list[Any]:
    """All that can be read of a submission."""
    path = f"/v1/submissions/{sent.submission.id}"
    return [
        admin.client.get(f"{path}{more}", headers=admin.headers | {"X-Request-Id": "same"}).content
        for more in ("", "/grades", "/receipt")
    ]


def sent_to(bank: Bank, release: str, corrected: str) -> Submitted:
    """An answer that the corrected key raises; each version has its own release setting."""
    rhine, _, elbe, _ = bank.publish(WRONG, release=release).option_ids
    sent = bank.submit(rhine, elbe)
    bank.publish(CORRECTED, release=corrected)
    return sent


@pytest.mark.parametrize("release", ["never", "score_only", "after_submission"])
def test_nobody_reads_whose_score_a_closed_key_changes(
    admin: Admin, bank: Bank, release: str
) -> None:
    """Else the change would tell of the key, and an undone one as well."""
    sent = sent_to(bank, release, "never")
    before = told(admin, sent)
    run = admin.plan()
    assert admin.done(run, "apply")["result"]["applied"] == 1
    assert told(admin, sent) == before
    assert admin.done(run, "undo")["result"]["undone"] == 1
    assert told(admin, sent) == before


def test_a_corrected_key_that_tells_scores_only_is_not_explained(
    client: TestClient, admin: Admin, bank: Bank
) -> None:
    sent = sent_to(bank, "after_submission", "score_only")
    admin.done(admin.plan(), "apply")
    path = f"/v1/submissions/{sent.submission.id}"
    read = client.get(path, headers=admin.headers).json()
    assert (read["score"], read["feedback"]) == (1.0, None)
    receipt = client.get(f"{path}/receipt", headers=admin.headers).json()["receipt"]
    assert (receipt["score"], receipt["key"], receipt["question"]["content_hash"]) == (
        "1", None, None,
    )  # fmt: skip
