"""Litestar with msgspec structs and async SQLAlchemy, as its documentation would build it."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Self

from litestar import Litestar, get, post
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException
from litestar.params import Parameter
from msgspec import Struct, convert
from sqlalchemy.ext.asyncio import AsyncSession
from tables import ONE, PAGE, Question, Submission, grade, sessions, set_up, verdicts


class Text(Struct):
    markdown: str
    html: str


class OptionOut(Struct):
    id: str
    markdown: str
    html: str


class QuestionOut(Struct):
    id: str
    slug: str
    version: int
    kind: str
    language: str
    title: str
    date: str | None
    tags: list[str]
    difficulty: float | None
    prompt: Text
    options: list[OptionOut]
    select: dict[str, int]
    scoring: dict[str, Any]
    published_at: str

    @classmethod
    def of(cls, row: Question) -> Self:
        return convert(row, cls, from_attributes=True)


class PageOut(Struct):
    items: list[QuestionOut]


class SubmissionIn(Struct):
    selected: list[str]


class FeedbackOut(Struct):
    options: list[dict[str, Any]]
    explanation: dict[str, Any]
    references: list[dict[str, Any]]


class SubmissionOut(Struct):
    id: str
    selected: list[str]
    submitted_at: datetime
    score: float
    correct: bool
    feedback: FeedbackOut


async def open_session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


async def find_question(session: AsyncSession, slug: str) -> Question:
    question = await session.scalar(ONE.where(Question.slug == slug))
    if question is None:
        raise NotFoundException("No such question.")
    return question


@get("/v1/questions")
async def list_questions(
    session: AsyncSession, limit: Annotated[int, Parameter(ge=1, le=200)] = 50
) -> PageOut:
    rows = await session.scalars(PAGE.limit(limit))
    return PageOut([QuestionOut.of(row) for row in rows])


@get("/v1/questions/{slug:str}", dependencies={"question": Provide(find_question)})
async def read_question(question: Question) -> QuestionOut:
    return QuestionOut.of(question)


@post("/v1/questions/{slug:str}/submissions", dependencies={"question": Provide(find_question)})
async def submit(session: AsyncSession, question: Question, data: SubmissionIn) -> SubmissionOut:
    if set(data.selected) - {option.id for option in question.options}:
        raise HTTPException("No such option.", status_code=422)
    given = grade(question, data.selected)
    row = Submission(question_id=question.id, selected=data.selected, grade=given)
    session.add(row)
    await session.commit()
    told = verdicts(question, data.selected)
    feedback = FeedbackOut(told, question.explanation, question.references)
    return SubmissionOut(
        row.id, row.selected, row.submitted_at, given.score, given.correct, feedback
    )


app = Litestar(
    [list_questions, read_question, submit],
    dependencies={"session": Provide(open_session)},
    on_startup=[set_up],
    openapi_config=None,
    signature_types=[AsyncSession, Question],
)
