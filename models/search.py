"""Full text of published questions: SQLite's FTS5 and PostgreSQL's tsvector behind one select.

Both hold the same normalised words. What learners search holds only what they can see (never keys
or explanations, which a search would give away word by word); authors have an index of their own.
The engines only match; the rank is the same on both. Their indexes hold the beginnings of words
up to ``LONGEST_BEGINNING`` letters, so that a beginning is found as soon as a whole word.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from models.question import Question, QuestionVersion

MOST_HITS = 200  # the newest ones: ranking all hits of common words takes a second
# Bytes: the beginnings of three such texts are less than the 1 MB that PostgreSQL takes, since
# those of a word are never five times as long as the word.
LONGEST_TEXT = 60_000
LONGEST_WORD = 200
LONGEST_BEGINNING = 8  # letters; the migration that made the indexes says so, too
# PostgreSQL's index also holds for each question its number divided by 2 to the power of each of
# these: by that it finds the newest hits without gathering all.
BLOCKS = (10, 13, 16)
SELDOM = 5  # fewer hits than that in some blocks: then there are few enough in all
_WORD = re.compile(r"[^\W_]+")
_BETWEEN_WORDS = {code: " " for code in range(128) if not chr(code).isalnum()}
WEIGHTS = {"title": 8, "prompt": 3, "options": 1, "explanation": 1}


def _index(name: str, *texts: str) -> Table:
    """An index, kept apart from the mapped tables: on SQLite it is a virtual one.

    The number of a question is its row id: SQLite's index finds by nothing else.
    """
    columns = [Column(text, Text) for text in texts]
    numbered = Column("rowid", Integer, primary_key=True, autoincrement=False)
    return Table(name, MetaData(), numbered, Column("question_id", Uuid), *columns)


question_search = _index("question_search", "title", "prompt", "options")
author_search = _index("question_search_authors", "title", "prompt", "options", "explanation")


class Hit(NamedTuple):
    """A question that a search found; the lower the rank, the better."""

    rank: int
    number: int

    @property
    def place(self) -> tuple[int, int]:
        """What hits are sorted by: best first, of equals the newest."""
        return self.rank, -self.number


def words(text: str) -> list[str]:
    """The words of a text for matching: no case, no accents, letters and digits only."""
    if text.isascii():
        found = text.lower().translate(_BETWEEN_WORDS).split()
    else:
        found = _WORD.findall(_plain(text))
    return [word[:LONGEST_WORD] for word in found]


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


def index_question(session: Session, question: Question, version: QuestionVersion) -> None:
    """Make the question findable by this version. It must not be in the index already."""
    explanation = version.explanation.text if version.explanation else ""
    options = [option.text for option in version.options]
    texts = searchable(version.title, version.prompt, options, explanation)
    for table in (question_search, author_search):
        session.execute(
            insert(table).values(search_row(table, question.number, question.id, texts))
        )


def searchable(title: str, prompt: str, options: Sequence[str], explanation: str) -> dict[str, str]:
    """The words of these texts, as both indexes hold them."""
    texts = {
        "title": title,
        "prompt": prompt,
        "options": " ".join(options),
        "explanation": explanation,
    }
    return {name: _cut(" ".join(words(text))) for name, text in texts.items()}


def _cut(text: str) -> str:
    return text.encode()[:LONGEST_TEXT].decode(errors="ignore")


def search_row(
    table: Table, number: int | None, question_id: UUID, texts: Mapping[str, str]
) -> dict[str, Any]:
    """The row of an index for these texts; learners' own has no place for explanations."""
    said = {name: text for name, text in texts.items() if name in table.c}
    return {"rowid": number, "question_id": question_id, **said}


def unindex_question(session: Session, question: Question) -> None:
    """Make the question unfindable."""
    for table in (question_search, author_search):
        session.execute(delete(table).where(table.c.rowid == question.number))


def search(
    session: Session,
    text: str,
    *filters: ColumnElement[bool],
    newest: int | None = None,
    index: Table = question_search,
) -> list[Hit]:
    """What has the words of the text, best hit first; of many only the newest ``MOST_HITS``.

    Every word of the text must begin a word of the question. ``filters`` are conditions on
    :class:`Question` and its published version; ``newest`` is the highest number of a question
    that counts.
    """
    asked = matching(session, text, *filters, newest=newest, index=index)

    def hits(**query: str) -> list[Hit]:
        return sorted(
            (Hit(*row) for row in session.execute(asked, query)), key=lambda hit: hit.place
        )

    for blocks in _blocks(session, index, newest):
        found = hits(query=_tsquery(words(text), blocks))
        if len(found) == MOST_HITS:
            return found
        if len(found) < SELDOM:
            break
    return hits()


def matching(
    session: Session,
    text: str,
    *filters: ColumnElement[bool],
    newest: int | None = None,
    index: Table = question_search,
) -> Select[int, int]:
    """Ranks (lower is better) and numbers of the newest questions that have the words."""
    wanted, on_sqlite = words(text), _on_sqlite(session)
    found = select(index).where(_matches(index, wanted, on_sqlite), *filters)
    if filters:
        found = found.join(Question, Question.number == index.c.rowid).join(
            QuestionVersion, QuestionVersion.id == Question.published_id
        )
    if newest is not None:
        found = found.where(index.c.rowid <= newest)
    # A sum, so that PostgreSQL asks the index of words instead of looking into row after row.
    order = index.c.rowid if on_sqlite else index.c.rowid + 0
    hits = found.order_by(order.desc()).limit(MOST_HITS).subquery("hits")
    place = func.instr if on_sqlite else func.strpos
    return select(_rank(hits, wanted, place).label("rank"), hits.c.rowid)


def _on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _blocks(session: Session, index: Table, newest: int | None) -> Iterator[Sequence[str]]:
    """Where to look for the newest hits before looking everywhere: in few questions, then in more.

    SQLite's index gives them newest first and stops by itself.
    """
    if not _on_sqlite(session):
        last = newest if newest is not None else session.scalar(select(func.max(index.c.rowid)))
        for size in BLOCKS:
            block = (last or 0) >> size
            if block > 1:  # else these are all
                yield f"#{size}:{block}", f"#{size}:{block - 1}"


def _rank(hits: FromClause, wanted: Sequence[str], place: Any) -> ColumnElement[int]:
    """The weights of the texts that have each word, together, below zero.

    No word counts more for being rare: to count its hits takes as long as there are hits.
    """
    weighed = [column for column in hits.c if column.name in WEIGHTS]
    return sum(
        (
            case((place(" " + column, f" {word}") > 0, -WEIGHTS[column.name]), else_=0)
            for word in wanted
            for column in weighed
        ),
        start=literal_column("0", Integer),
    )


def _matches(index: Table, wanted: Sequence[str], on_sqlite: bool) -> ColumnElement[bool]:
    """Whether a row has the words; other words may take their place when it is executed."""
    if on_sqlite:
        query = " ".join(f'"{word}"*' for word in wanted) or '""'
        name: ColumnElement[str] = literal_column(index.name)
        return name.op("MATCH", is_comparison=True)(bindparam("query", query))
    document: ColumnElement[str] = literal_column(f"{index.name}.document")
    words_wanted = cast(bindparam("query", _tsquery(wanted), Text), TSQUERY)
    return document.op("@@", is_comparison=True)(words_wanted)


def _tsquery(wanted: Sequence[str], blocks: Sequence[str] = ()) -> str:
    """What PostgreSQL asks for the words in one of these blocks, if any are stated."""
    if not wanted:
        return ""
    parts = [f"'{word}'{':*' if len(word) > LONGEST_BEGINNING else ''}" for word in wanted]
    if blocks:
        parts.append("(" + " | ".join(f"'{block}'" for block in blocks) + ")")
    return " & ".join(parts)
