"""What becomes of a translation: one way for the routes of the API and for authors' pages."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from api.bank_changes import note, question_to_change
from api.protocol_errors import Stale
from api.responses import entity_tag
from api.schemas.translations import TranslationOut, TranslationStateOut
from domain.access import Caller
from domain.errors import TranslationNotFound, VersionNotFound
from domain.languages import canonical
from domain.translations import Texts, texts_of
from models import Database, Question, QuestionVersion, Translation, now
from models.authoring import versions_for_authors
from models.translation import shown_translations
from operations.publish_translation import publish_translation
from operations.read_draft import read_draft
from operations.withdraw_translation import withdraw_translation


def translation_states(session: Session, question: Question) -> list[TranslationStateOut]:
    """How far the newest translation into each language has come."""
    rows = session.scalars(Translation.newest_of(question.id)).all()
    if not rows:
        return []
    beside = Beside(session, question)
    return [TranslationStateOut.of(row, *beside.told(row)) for row in rows]


def show_translation(
    database: Database,
    name: str,
    language: str,
    caller: Caller,
    *,
    if_match: str | None = None,
    four_eyes: bool,
) -> TranslationOut:
    """Give learners what was last written in the language."""

    def work(session: Session, question: Question, row: Translation) -> None:
        before = row.published_at
        publish_translation(
            session,
            question=question,
            translation=row,
            versions=Beside(session, question).versions,
            by=caller.id,
            at=now(),
            four_eyes=four_eyes,
        )
        if row.published_at != before:
            note(session, caller, "translation_published", question, language=row.language)

    return change(database, name, language, if_match, work)


def hide_translation(
    database: Database, name: str, language: str, caller: Caller, *, if_match: str | None = None
) -> None:
    """Take all that was written in the language away from learners."""

    def work(session: Session, question: Question, row: Translation) -> None:
        withdraw_translation(
            session, question=question, language=row.language, by=caller.id, at=now()
        )
        note(session, caller, "translation_withdrawn", question, language=row.language)

    change(database, name, language, if_match, work)


class Beside:
    """The versions of a question, and which translations are shown with them."""

    def __init__(self, session: Session, question: Question) -> None:
        found = versions_for_authors().where(QuestionVersion.question_id == question.id)
        self.versions = session.scalars(found.order_by(QuestionVersion.number)).all()
        is_current = (one for one in self.versions if one.id == question.published_id)
        self._newest = self.versions[-1]
        self._current = next(is_current, self._newest)
        self._shown = shown_translations(session, [one.id for one in self.versions])

    def version(self, number: int | None) -> QuestionVersion:
        """The version of that number; without one, the newest."""
        if number is None:
            return self._newest
        for version in self.versions:
            if version.number == number:
                return version
        raise VersionNotFound

    def told(self, row: Translation) -> tuple[Texts, int, Sequence[int]]:
        """What a translation is compared with, which version says so, and where it is shown.

        That is what learners get, or the draft of the next version where it translates that.
        """
        compared, said = self._newest, texts_of(read_draft(self._newest))
        if said.hash != row.source_hash:
            compared, said = self._current, texts_of(read_draft(self._current))
        shown = [one.number for one in self.versions if row.language in self._shown.get(one.id, {})]
        return said, compared.number, shown


def newest_translation(session: Session, question: Question, language: str) -> Translation | None:
    newest = Translation.newest_of(question.id)
    return session.scalar(newest.where(Translation.language == canonical(language)))


def require_match(row: Translation, beside: Beside, if_match: str) -> None:
    present = TranslationOut.of(row, *beside.told(row)).model_dump_json().encode()
    if not {tag.strip() for tag in if_match.split(",")} & {"*", entity_tag(present)}:
        raise Stale


def change(
    database: Database,
    name: str,
    language: str,
    if_match: str | None,
    work: Callable[[Session, Question, Translation], None],
) -> TranslationOut:
    """Change what becomes of a translation in one transaction, compared before where it is sent."""

    def unit(session: Session) -> TranslationOut:
        question = question_to_change(session, name)
        row = newest_translation(session, question, language)
        if row is None:
            raise TranslationNotFound
        if if_match is not None:
            require_match(row, Beside(session, question), if_match)
        work(session, question, row)
        session.flush()
        return TranslationOut.of(row, *Beside(session, question).told(row))

    return database.write(unit)
