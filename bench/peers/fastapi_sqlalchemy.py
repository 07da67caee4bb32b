"""FastAPI with async SQLAlchemy, as a good tutorial would build it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession
from tables import ONE, PAGE, Question, Submission, grade, sessions, set_up, verdicts


class Shape(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Text(Shape):
    markdown: str
    html: str


class OptionOut(Text):
    id: str


class QuestionOut(Shape):
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


class PageOut(BaseModel):
    items: list[QuestionOut]


class SubmissionIn(BaseModel):
    selected: list[str]


class VerdictOut(BaseModel):
    id: str
    selected: bool
    correct: bool
    verdict: str


class FeedbackOut(BaseModel):
    options: list[VerdictOut]
    explanation: Text
    references: list[dict[str, Any]]


class SubmissionOut(BaseModel):
    id: str
    selected: list[str]
    submitted_at: datetime
    score: float
    correct: bool
    feedback: FeedbackOut


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    await set_up()
    yield


async def open_session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(open_session)]
app = FastAPI(lifespan=lifespan)


async def find_question(slug: str, session: Session) -> Question:
    question = await session.scalar(ONE.where(Question.slug == slug))
    if question is None:
        raise HTTPException(404, "No such question.")
    return question


Found = Annotated[Question, Depends(find_question)]


@app.get("/v1/questions", response_model=PageOut)
async def list_questions(session: Session, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Any:
    return {"items": (await session.scalars(PAGE.limit(limit))).all()}


@app.get("/v1/questions/{slug}", response_model=QuestionOut)
async def read_question(question: Found) -> Any:
    return question


@app.post("/v1/questions/{slug}/submissions", status_code=201, response_model=SubmissionOut)
async def submit(question: Found, session: Session, sent: SubmissionIn) -> Any:
    if set(sent.selected) - {option.id for option in question.options}:
        raise HTTPException(422, "No such option.")
    given = grade(question, sent.selected)
    row = Submission(question_id=question.id, selected=sent.selected, grade=given)
    session.add(row)
    await session.commit()
    return {
        "id": row.id, "selected": row.selected, "submitted_at": row.submitted_at,
        "score": given.score, "correct": given.correct,
        "feedback": {"options": verdicts(question, sent.selected),
                     "explanation": question.explanation, "references": question.references},
    }  # fmt: skip
