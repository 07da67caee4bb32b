"""The script of the documentation verifies our receipts, and refuses what was changed in them."""

import json
import runpy
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient

from domain.grading import ChoiceKey, Counts, find_rule
from domain.questions import AnswerKey, Scoring
from domain.receipts import Receipt, to_base64url
from tests.domain.test_receipts import RECEIPT
from tests.factories import Bank
from tests.processes import ROOT

SCRIPT = ROOT / "docs" / "verify_receipt.py"
RULES = [
    "all_or_nothing", "net_right", "every_decision", "coverage", "jaccard", "hits_only",
    "wrong_share",
]  # fmt: skip
SIGNER = Ed25519PrivateKey.from_private_bytes(b"only for tests, of 32 octets    ")
KEYS = {
    "keys": [
        {"kid": "k", "alg": "EdDSA", "x": to_base64url(SIGNER.public_key().public_bytes_raw())}
    ]
}

Json = dict[str, Any]


def written(folder: Path, signed: object, keys: object) -> list[str]:
    """The arguments of the script: both documents as files."""
    files = (folder / "receipt.json", folder / "jwks.json")
    for file, content in zip(files, (signed, keys), strict=True):
        file.write_text(json.dumps(content))
    return [str(file) for file in files]


def run(folder: Path, signed: object, keys: object) -> tuple[int, str]:
    """Run the script as its reader does, away from our code; exit code and what it says."""
    command = [sys.executable, "-I", str(SCRIPT), *written(folder, signed, keys)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert len((done.stdout + done.stderr).splitlines()) == 1, done.stdout + done.stderr
    return done.returncode, done.stdout + done.stderr


def run_here(monkeypatch: pytest.MonkeyPatch, folder: Path, signed: object, keys: object) -> object:
    """The same in this process, for many at once: 0, or what it ends with."""
    monkeypatch.setattr(sys, "argv", ["verify_receipt.py", *written(folder, signed, keys)])
    try:
        runpy.run_path(str(SCRIPT))
    except SystemExit as end:
        return end.code
    return 0


def sign(receipt: Receipt) -> Json:
    """A receipt under a key of the tests' own."""
    signature = to_base64url(SIGNER.sign(receipt.canonical))
    return {"receipt": receipt.document, "alg": "EdDSA", "kid": "k", "signature": signature}


def answered(client: TestClient, bank: Bank, *picked: int, **changes: Any) -> tuple[Json, Json]:
    """The receipt of an answer to a question changed as stated, and the key set."""
    ids = bank.publish(**changes).option_ids
    _, key = bank.key()
    answer = client.post(
        "/v1/questions/rivers/submissions",
        json={"selected": [ids[place] for place in picked], "learner": 'L\u2028\U0001f600 "1"'},
        headers=key,
    )
    signed = client.get(f"{answer.headers['Location']}/receipt", headers=key)
    return signed.json(), client.get("/.well-known/jwks.json").json()


def test_the_script_is_short_and_needs_nothing_of_ours() -> None:
    text = SCRIPT.read_text()
    assert len(text.splitlines()) <= 40
    imported = {line.split()[1].split(".")[0] for line in text.splitlines() if "import" in line}
    assert imported == {"json", "sys", "base64", "fractions", "pathlib", "cryptography"}


def test_it_verifies_what_was_answered(client: TestClient, bank: Bank, tmp_path: Path) -> None:
    """Two of the right ones and a wrong one, under each rule; and a question with none right."""
    for rule in (*RULES, "net_right(floor=none)", "hits_only(floor=-1/2)"):
        signed, keys = answered(client, bank, 0, 1, 2, scoring=Scoring(rule, Fraction(5, 3)))
        code, told = run(tmp_path, signed, keys)
        score = find_rule(rule).score(Counts(4, 2, 2, 1))
        assert code == 0, told
        assert told.startswith("SIGNED and computed anew")
        assert f"score {score}, {score * Fraction(5, 3)} of 5/3 points" in told
    nothing_right = {"key": AnswerKey(frozenset()), "scoring": Scoring("wrong_share(floor=none)")}
    for picked, earned in (((), "1"), ((3,), "-1/4")):
        code, told = run(tmp_path, *answered(client, bank, *picked, **nothing_right))
        assert (code, f"score {earned}," in told) == (0, True), told


def test_it_says_when_it_cannot_score(client: TestClient, bank: Bank, tmp_path: Path) -> None:
    for changes in (
        {"release": "score_only"},
        {"scoring": Scoring("quadratic")},
        {"scoring": Scoring("penalised_decisions(penalty=1/2)")},
    ):
        code, told = run(tmp_path, *answered(client, bank, 0, **changes))
        assert (code, told.startswith("SIGNED: score ")) == (2, True), told


def changed(value: Any) -> Iterator[Any]:
    """A JSON value, changed in one place at a time: every scalar, list and object in it."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield {other: said for other, said in value.items() if other != name}
            yield from ({**value, name: other} for other in changed(part))
    elif isinstance(value, list):
        yield from (value[1:], [*value, "zzzz"], value[::-1] if len(value) > 1 else None)
    elif isinstance(value, str):
        yield from (None, f"{value}x", f"{value[:-1]}{'B' if value[-1] != 'B' else 'C'}")
    else:
        yield from ("other", False, 7)


def test_it_refuses_every_change(
    client: TestClient, bank: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed, keys = answered(client, bank, 0, 2, 3)
    assert run_here(monkeypatch, tmp_path, signed, keys) == 0
    forgeries = list(changed(signed))
    assert len(forgeries) > 60
    for forged in forgeries:
        told = run_here(monkeypatch, tmp_path, forged, keys)
        assert str(told).startswith("REFUSED: "), forged
    for forged in (signed["receipt"], [], {"receipt": {}}, forgeries[0], forgeries[-1]):
        code, told = run(tmp_path, forged, keys)
        assert (code, told.startswith("REFUSED: ")) == (1, True)


def test_another_spelling_of_the_signature_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The last letter has four bits to spare, and decoders skip what is not in the alphabet."""
    signed = sign(replace(RECEIPT, rule="quadratic"))
    assert run_here(monkeypatch, tmp_path, signed, KEYS) == 2
    head, last = signed["signature"][:-1], signed["signature"][-1]
    assert last in "AQgw"
    for other in (f"{head}{chr(ord(last) + 1)}", f"{head}\n{last}", f"!{head}{last}"):
        told = run_here(monkeypatch, tmp_path, signed | {"signature": other}, KEYS)
        assert str(told).startswith("REFUSED: "), other


def test_keys_of_another_service_verify_nothing(
    client: TestClient, bank: Bank, tmp_path: Path
) -> None:
    signed, keys = answered(client, bank)
    other = {"keys": [{**keys["keys"][0], "x": KEYS["keys"][0]["x"]}]}
    for keys in (KEYS, {"keys": []}, other):
        code, told = run(tmp_path, signed, keys)
        assert (code, told.startswith("REFUSED: no key of the set signed this")) == (1, True)


def test_a_signed_mistake_is_found(tmp_path: Path) -> None:
    """The signature holds, the score does not follow from the answer."""
    for score in ("1/4", "1"):
        code, told = run(tmp_path, sign(replace(RECEIPT, score=Fraction(score))), KEYS)
        assert (code, f"score is 1/2, not {score}" in told) == (1, True), told
    points = sign(RECEIPT)["receipt"] | {"points": "1"}
    text = json.dumps(points, sort_keys=True, separators=(",", ":")).encode()
    signed = {**sign(RECEIPT), "receipt": points, "signature": to_base64url(SIGNER.sign(text))}
    assert run(tmp_path, signed, KEYS)[0] == 1


@pytest.mark.parametrize("rule", RULES)
def test_its_formulas_are_ours(rule: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """For all keys and answers of two to four options, with every floor."""
    for stated, n in product(("", "(floor=none)", "(floor=0)", "(floor=-1/3)"), (2, 3, 4)):
        named = find_rule(f"{rule}{stated}")
        options = tuple("abcd"[:n])
        for k, h, f in product(range(n + 1), repeat=3):
            if h > k or f > n - k:
                continue
            key, picked = frozenset(options[:k]), frozenset(options[:h] + options[k : k + f])
            score = named.mark(ChoiceKey(options, key), picked)
            receipt = replace(
                RECEIPT, options=frozenset(options), key=key, selected=picked,
                rule=named.name, score=score,
            )  # fmt: skip
            assert run_here(monkeypatch, tmp_path, sign(receipt), KEYS) == 0, receipt
