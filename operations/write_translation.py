"""Write what a question says in another language."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from domain.errors import Fault, InvalidTranslation
from domain.languages import canonical
from domain.option_references import name_by_id
from domain.translations import Texts, misfits, texts_of
from formats.rendering import to_html
from models import Question, QuestionVersion, Translation, TranslationSecret
from operations.read_draft import read_draft
from operations.require_pictures import show_in_translation


def write_translation(
    session: Session,
    *,
    question: Question,
    source: QuestionVersion,
    language: str,
    texts: Texts,
    last: Translation | None,
    number: int,
    by: str,
    at: datetime,
) -> Translation:
    """Append a translation of the texts of the source, which learners do not see yet.

    ``last`` is what is there in the language: where it says the same of the same texts it is given
    back. What fits the source not text by text is an :class:`InvalidTranslation`.
    """
    _require_other(source.language, language)
    original, said = texts_of(read_draft(source)), naming_by_id(texts, source.option_ids)
    if faults := tuple(misfits(original, said)):
        raise InvalidTranslation(faults=faults)
    if last is not None and last.source_hash == original.hash and read_texts(last) == said:
        return last
    show_in_translation(session, texts=said.by_pointer, version_id=source.id)
    others = last.writers if last is not None and last.published_at is None else []
    written = Translation(
        question_id=question.id,
        language=canonical(language),
        number=number,
        source_version=source.number,
        source_hash=original.hash,
        created_at=at,
        writers=[*(writer for writer in others if writer != by), by],
        secret=_secret(said, original),
        **_public(said),
    )
    session.add(written)
    session.flush()
    return written


def _require_other(source: str, language: str) -> None:
    if canonical(source) == canonical(language):
        told = f"The question is in {source} itself."
        raise InvalidTranslation(faults=(Fault("/path/language", "language_of_source", told),))


def naming_by_id(texts: Texts, ids: Sequence[str]) -> Texts:
    """The texts with options named by id where they were named by place."""
    document = texts.document
    for name in ("feedback", "options"):
        document[name] = {id_: name_by_id(text, ids) for id_, text in document[name].items()}
    for name in ("hints", "combinations"):
        document[name] = [name_by_id(text, ids) for text in document[name]]
    document["explanation"] = name_by_id(texts.explanation, ids)
    return Texts.read(document)


def read_texts(row: Translation) -> Texts:
    """What a stored translation says."""
    secret = row.secret
    return Texts(
        title=row.title,
        prompt=row.prompt,
        options={id_: told["text"] for id_, told in row.options.items()},
        explanation=secret.explanation or "",
        feedback={id_: told["text"] for id_, told in secret.feedback.items()},
        hints=tuple(told["text"] for told in secret.hints),
        combinations=tuple(told["text"] for told in secret.combinations),
    )


def _public(texts: Texts) -> dict[str, Any]:
    return {
        "title": texts.title,
        "prompt": texts.prompt,
        "prompt_html": to_html(texts.prompt),
        "options": {id_: _told(text) for id_, text in texts.options.items()},
    }


def _secret(texts: Texts, source: Texts) -> TranslationSecret:
    explanation = texts.explanation
    return TranslationSecret(
        explanation=explanation or None,
        explanation_html=to_html(explanation) if explanation else None,
        feedback={id_: _told(text) for id_, text in (texts.feedback or {}).items()},
        hints=[_told(text) for text in texts.hints],
        combinations=[_told(text) for text in texts.combinations],
        source=source.document,
    )


def _told(text: str) -> dict[str, str]:
    return {"text": text, "html": to_html(text)}
