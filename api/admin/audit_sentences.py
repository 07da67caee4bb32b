"""What an entry of the audit log says, as a sentence."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote

from api.schemas.audit import AuditEntryOut

# What follows the name of who did it; the braces stand for what was acted upon.
ACTIONS: Mapping[str, str] = {
    "question.written": "wrote {}",
    "question.put_into_review": "put {} into review",
    "question.published": "published {}",
    "question.published_as_planned": "had planned that {} is published then",
    "question.retired": "retired {}",
    "question.reopened": "reopened {}",
    "question.copied": "made {} as a copy",
    "question.deleted": "deleted {}",
    "question.translated": "translated {}",
    "question.translation_published": "published a translation of {}",
    "question.translation_withdrawn": "withdrew the translation of {}",
    "questions.imported": "imported {}",
    "media.uploaded": "uploaded the picture {}",
    "regrade.planned": "planned {}",
    "regrade.applied": "applied {}",
    "regrade.undone": "undid {}",
    "key.created": "made the key {}",
    "learner.erased": "forgot who {} was",
    "key.revoked": "revoked the key {}",
    "key.signed_in": "signed in with the key {}",
}


class Sentence(NamedTuple):
    """Words before what was acted upon, its name, the address of its page, and words behind."""

    before: str
    subject: str
    address: str | None
    behind: str


def sentence_of(entry: AuditEntryOut) -> Sentence:
    """The sentence about an entry; plain words where its action is not known here."""
    words = ACTIONS.get(entry.action, f"did “{entry.action}” to {entry.subject.type} {{}}")
    before, _, after = words.partition("{}")
    language = entry.detail.get("language")
    behind = f"{after} into {language}" if language else after
    return Sentence(before.strip(), _subject(entry), _address(entry), behind.strip())


def _subject(entry: AuditEntryOut) -> str:
    detail, kind = entry.detail, entry.subject.type
    if kind == "bank":
        count = sum(len(detail.get(name, ())) for name in ("created", "updated"))
        return f"{count:,} question{'' if count == 1 else 's'}"
    if kind == "regrade":
        return f"the regrade of {detail['slug']}" if "slug" in detail else "a regrade"
    named = next((detail[name] for name in ("slug", "name", "file") if detail.get(name)), None)
    return str(named or detail.get("public_part") or entry.subject.id)


def _address(entry: AuditEntryOut) -> str | None:
    """Where the subject is shown; none for what has no page, or has none any more."""
    kind, id_ = entry.subject.type, entry.subject.id
    if kind == "key":
        id_ = str(entry.detail.get("public_part", ""))
    section = {"question": "questions", "regrade": "regrades", "key": "keys", "media": "media"}
    if kind not in section or not id_ or entry.action == "question.deleted":
        return None
    return f"/admin/{section[kind]}/{quote(id_, safe='')}"
