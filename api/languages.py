"""Which language a learner gets a question in: the source, or a translation that fits it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session

from domain.languages import LANGUAGE_TAG, Wish, wish_of
from models import QuestionVersion, Translation
from models.translation import shown_translations, translations_for_learners


@dataclass(frozen=True, slots=True)
class Choices:
    """By version the translation to show and its language, where it is not the source.

    ``available`` are all languages that there were to choose from; none where there was no choice.
    """

    ids: Mapping[UUID, UUID] = field(default_factory=dict)
    languages: Mapping[UUID, str] = field(default_factory=dict)
    available: tuple[str, ...] = ()


def wish_in(request: Request, language: str | None) -> Wish:
    """What a request asks for: the language that its query states, else its Accept-Language."""
    if language is not None:
        return Wish((language.lower(),))
    return wish_of_head(request.scope["head"])


def wish_of_head(head: Mapping[bytes, bytes]) -> Wish:
    """The same of the headers alone."""
    return wish_of(head.get(b"accept-language", b"").decode("latin-1"))


def choose(wish: Wish, source: str, shown: Mapping[str, UUID]) -> str | None:
    """The language of the translation to show; ``None`` for the source."""
    language = wish.choice([*shown, source], source)
    return None if language.lower() == source.lower() else language


def choices(session: Session, versions: Iterable[QuestionVersion], wish: Wish) -> Choices:
    """What to show of these versions; no statement where nothing is translated."""
    translated = {one.id: one for one in versions if one.question.is_translated}
    if not translated:
        return Choices()
    shown = shown_translations(session, translated)
    found = {id_: choose(wish, translated[id_].language, there) for id_, there in shown.items()}
    languages = {id_: language for id_, language in found.items() if language is not None}
    available = {tag for id_, tags in shown.items() for tag in (*tags, translated[id_].language)}
    return Choices(
        {id_: shown[id_][language] for id_, language in languages.items()},
        languages,
        tuple(sorted(available)),
    )


def translations(session: Session, chosen: Choices) -> dict[UUID, Translation]:
    """What everybody may read of the chosen translations, by version."""
    if not chosen.ids:
        return {}
    found = session.scalars(translations_for_learners({*chosen.ids.values()}))
    rows = {row.id: row for row in found}
    return {version_id: rows[id_] for version_id, id_ in chosen.ids.items()}


def content_language(tags: Iterable[str]) -> dict[str, str]:
    """The header that tells the languages of an answer; an author may have called one anything."""
    told = dict.fromkeys(tag for tag in tags if LANGUAGE_TAG.fullmatch(tag))
    return {"Content-Language": ", ".join(told)} if told else {}


def to_choose_from(available: Sequence[str], language: str | None) -> Sequence[str]:
    """The languages among which Accept-Language has chosen; none where the query did."""
    return available if language is None else ()
