# Verify a receipt and score it anew: python verify_receipt.py RECEIPT.json JWKS.json
import json
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from fractions import Fraction as F
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

RULES = {  # of n options k right, w wrong; h hits, f false picks, e wrong decisions; usual floor
    "all_or_nothing": (lambda n, k, w, h, f, e: F(not e), "none"),
    "net_right": (lambda n, k, w, h, f, e: F(h - f, k), "0"),
    "every_decision": (lambda n, k, w, h, f, e: F(n - e, n), "none"),
    "coverage": (lambda n, k, w, h, f, e: F(h * h, k * (h + f) or 1), "none"),
    "jaccard": (lambda n, k, w, h, f, e: F(h, k + f), "none"),
    "hits_only": (lambda n, k, w, h, f, e: F(h, k), "none"),
    "wrong_share": (lambda n, k, w, h, f, e: F(h, k) - F(f, max(w, 2)), "0"),
}
try:
    signed, jwks = (json.loads(Path(name).read_bytes()) for name in sys.argv[1:])
    told, signature = signed["receipt"], urlsafe_b64decode(signed["signature"] + "==")
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    keys = {(key["kid"], key["alg"]): urlsafe_b64decode(key["x"] + "=") for key in jwks["keys"]}
    if urlsafe_b64encode(signature).decode() != signed["signature"] + "==":
        raise ValueError("misspelt signature")
    Ed25519PublicKey.from_public_bytes(keys[signed["kid"], signed["alg"]]).verify(signature, text)
except Exception as error:
    sys.exit(f"REFUSED: no key of the set signed this ({error!r})")
family, _, floor = told["rule"].rstrip(")").partition("(floor=")
if told["key"] is None or family not in RULES or told["rule_version"] != 1:
    print(f"SIGNED: score {told['score']}, not computed anew for want of the key or the rule")
    sys.exit(2)
options, key, picked = (set(told[name]) for name in ("options", "key", "selected"))
h, k = (len(picked & key), len(key)) if key else (int(not picked), 1)  # no right one: leave blank
formula, usual = RULES[family]
score = formula(len(options), k, len(options - key), h, len(picked - key), len(picked ^ key))
score = score if (floor or usual) == "none" else max(score, F(floor or usual))
if (told["score"], told["points"]) != (str(score), str(score * F(told["max_points"]))):
    sys.exit(f"REFUSED: signed, but the score is {score}, not {told['score']}")
print(f"SIGNED and computed anew: score {score}, {told['points']} of {told['max_points']} points")
