"""Scoring rules: all of them explained, and compared before anyone is graded by them."""

from fastapi import APIRouter, Request, Response

from api.dependencies import BankReader, Learner, ReadSession
from api.documentation import problems
from api.requests import StrictRoute
from api.responses import PRIVATE, PUBLIC, json_response
from api.schemas.scoring import LabIn, LabOut, ScoringRuleList, ScoringRuleOut
from domain.grading.catalogue import catalogue
from domain.grading.lab import Comparison, compare, find_rules, lettered_key
from operations.compare_rules import compare_rules

router = APIRouter(prefix="/v1", tags=["scoring"], route_class=StrictRoute)


@router.get(
    "/scoring-rules",
    operation_id="list_scoring_rules",
    summary="List the scoring rules",
    response_model=ScoringRuleList,
    responses=problems(401, 422),
)
def list_scoring_rules(request: Request, _: Learner) -> Response:
    """Every scoring rule with its formula, its source and what blind ticking earns under it."""
    content = ScoringRuleList(items=[ScoringRuleOut.of(entry) for entry in catalogue()])
    return json_response(request, content, cache_control=PUBLIC)


@router.post(
    "/bank/scoring-lab",
    operation_id="compare_scoring_rules",
    summary="Compare scoring rules",
    response_model=LabOut,
    responses=problems(401, 403, 404, 413, 415, 422),
)
def compare_scoring_rules(session: ReadSession, _: BankReader, body: LabIn) -> Response:
    """What each rule gives to a selection, or to all submissions of a question. Stores nothing."""
    content = LabOut.of(_compared(session, body)).model_dump_json()
    return Response(content, headers={"Cache-Control": PRIVATE}, media_type="application/json")


def _compared(session: ReadSession, body: LabIn) -> Comparison:
    rules = find_rules(body.rules)
    if body.options is not None and body.key is not None:
        return compare(lettered_key(body.options, body.key), rules, body.selected)
    assert body.question is not None
    return compare_rules(
        session,
        question=body.question,
        rules=rules,
        version=body.version,
        selected=body.selected,
        cohort=body.cohort,
    )
