"""The documents of the service as types, made from its OpenAPI document."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict


class AnsweredQuestionOut(TypedDict):
    """The version that was answered. ``content_hash`` is null where the key is not told."""

    content_hash: str | None
    id: str
    kind: str
    slug: str
    version: int


class AuditSubjectOut(TypedDict):
    """What was acted upon."""

    id: str
    type: str


class BarOut(TypedDict):
    """Answers that took from `from_ms` to less than `to_ms`, or longer where that is null."""

    count: int
    from_ms: int
    to_ms: int | None


Unit: TypeAlias = str | None


Value: TypeAlias = str


class SentNumber(TypedDict):
    """A number as text, so that no digit is lost, and the chosen unit where there are units."""

    unit: NotRequired[str | None]
    value: str


class SentText(TypedDict):
    """A text as the learner wrote it. An empty one is graded like any other."""

    text: str


Blanks: TypeAlias = dict[str, dict[str, Any]]


class SentBlanks(TypedDict):
    """What goes into each blank, by its name. Blanks left out are left open."""

    blanks: dict[str, dict[str, Any]]


Pairs: TypeAlias = dict[str, str]


class SentPairs(TypedDict):
    """The id of a target by the id of its premise. Premises left out are left open."""

    pairs: dict[str, str]


Order: TypeAlias = list[str]


class SentOrder(TypedDict):
    """The ids of all options, in the learner's order."""

    order: list[str]


class BatchEntryIn(TypedDict):
    """One answer of a batch, with the question it answers and a key of its own."""

    duration_ms: NotRequired[int | None]
    idempotency_key: NotRequired[str | None]
    language: NotRequired[str | None]
    learner: NotRequired[str | None]
    question: str
    response: NotRequired[
        SentNumber | SentText | SentBlanks | SentPairs | SentOrder | None
    ]
    selected: NotRequired[list[str] | None]
    shuffle: NotRequired[str | None]
    version: NotRequired[int | None]


class BatchIn(TypedDict):
    """Up to 1,000 answers. Each is read by itself, so that a bad one spoils only itself."""

    submissions: list[BatchEntryIn]


class BudgetOut(TypedDict):
    """Bounds on the submissions that tell the key; no strategy may be known to tell it."""

    at_least: int
    at_most: int | None


class ChanceOut(TypedDict):
    """Mean scores of blind guessing: any subset, any but the empty one, as many as are right."""

    any: str
    key_size: str
    non_empty: str


class CohortOut(TypedDict):
    """What a rule would give to all submissions, compared with the scores they have now."""

    changed: int
    exact_mean: str | None
    examples: list[str]
    highest: str | None
    lowered: int
    lowest: str | None
    mean: float | None
    raised: int
    spread: float | None


class CombinationIn(TypedDict):
    """What to say to a learner who picked exactly these options."""

    picked: list[int | str]
    text: str


class CombinationOut(TypedDict):
    """What learners are told who picked exactly these options."""

    picked: list[str]
    text: str


class CopyIn(TypedDict):
    """The slug of the new question."""

    slug: str


class DraftOptionOut(TypedDict):
    """An option. ``part`` names the part of the question it belongs to; empty below the stem."""

    feedback: str | None
    id: str
    part: str
    pinned: bool
    text: str


class DraftProblemOut(TypedDict):
    """What keeps a draft from being published (an error), or what to look at (a warning)."""

    code: str
    hint: str
    message: str
    severity: Literal["error", "warning"]


class DraftReferenceOut(TypedDict):
    """A recommended reading; ``lead`` and ``note`` are the words around its link."""

    lead: str
    note: str
    title: str
    url: str | None


class DraftScoringOut(TypedDict):
    """The rule and its parameters. A number that no decimal can tell is a text such as 1/3."""

    max_points: float | str
    rule: str
    values: dict[str, Any] | None


class DuplicateSideOut(TypedDict):
    """One of the two questions, as its newest version has it."""

    id: str
    slug: str
    status: Literal["draft", "in_review", "published", "retired"]
    title: str
    version: int


class EarnedOut(TypedDict):
    """What picking everything, or nothing, earns where ``key`` of the options are right."""

    key: int
    options: int
    score: str


class ElementOut(TypedDict):
    """The element ``<quiz-question>``: an address that never changes its content, and its hash."""

    html: str
    integrity: str
    src: str
    version: str


class ErasedOut(TypedDict):
    """What was done. ``pseudonym`` is null where nothing of the learner was stored."""

    pseudonym: str | None
    submissions: int


class EstimateOut(TypedDict):
    """
    A mean of all answers, and the interval that the mean of many more would lie in.

    `low` and `high` are null where every response earns the same.
    """

    exact: str
    high: float | None
    low: float | None
    mean: float


class ExactNumberOut(TypedDict):
    """A number, exactly and as a decimal."""

    decimal: float
    exact: str


class FaultOut(TypedDict):
    """One wrong value: where (a JSON pointer, RFC 6901) and why."""

    code: str
    detail: str
    pointer: str


class FieldDiffOut(TypedDict):
    """Any other part that differs, as text; null where a version does not have it."""

    name: str
    new: str | None
    old: str | None


class FindingOut(TypedDict):
    """What is wrong with a file; `line` and `column` count from 1 where there is a place."""

    code: str
    column: int | None
    hint: str
    line: int | None
    message: str
    severity: Literal["error", "warning"]


class GradeOut(TypedDict):
    """
    One grading of a submission. What the question does not release is null.

    The first one names no regrade. ``is_undo``: it tells again what counted before the regrade.
    """

    correct: bool | None
    graded_at: str
    id: str
    is_undo: bool
    key_version: int
    max_points: float
    points: float | None
    reason: str | None
    regrade: str | None
    rule: str
    rule_version: int
    score: float | None


class GuessingOut(TypedDict):
    """What blind guessing earns on average, and how often it is wholly right."""

    correct: ExactNumberOut
    score: ExactNumberOut


class HintOut(TypedDict):
    """Help before the answer. ``level`` goes from 1, vague, to ``levels``, plain."""

    html: str
    level: int
    levels: int
    markdown: str


class InlineChoiceSolution(TypedDict):
    """The id of the right option of a blank."""

    selected: list[str]


class KeptAnswerOut(TypedDict):
    """An answer that is kept for a day, for a request that is sent again."""

    body: str
    created_at: str
    key: str


class KeyDiffOut(TypedDict):
    """The ids of the options that became right, and of those that are right no longer."""

    became_right: list[str]
    became_wrong: list[str]


class KeyIn(TypedDict):
    """A key to make: whose it is and what it may do, until when and how often."""

    expires_at: NotRequired[str | None]
    name: str
    rate_limit: NotRequired[str | None]
    role: Literal["publishable", "integration", "author", "reviewer", "admin"]


class KeyOut(TypedDict):
    """
    A key without its secret. ``id`` names it as the actor of what it did.

    ``rate_limit`` is null where the service's own limit holds.
    """

    created_at: str
    expires_at: str | None
    id: str
    last_used_at: str | None
    name: str
    public_part: str
    rate_limit: str | None
    revoked_at: str | None
    role: Literal["publishable", "integration", "author", "reviewer", "admin"] | None
    scopes: list[
        Literal[
            "questions:read",
            "submissions:write",
            "bank:read",
            "bank:write",
            "bank:publish",
            "admin",
        ]
    ]


class KeyPage(TypedDict):
    """One page of keys, newest first. ``next_cursor`` is null on the last one."""

    items: list[KeyOut]
    limit: int
    next_cursor: str | None


class LabIn(TypedDict):
    """What to compare rules on: letters that stand for options, or a question of the bank."""

    cohort: NotRequired[bool]
    key: NotRequired[list[str] | None]
    options: NotRequired[int | None]
    question: NotRequired[str | None]
    rules: NotRequired[list[str] | None]
    selected: NotRequired[list[str] | None]
    version: NotRequired[int | None]


class LearnerIn(TypedDict):
    """Whom it is about. In a body, not in the address: addresses are logged on their way."""

    learner: str


Status3: TypeAlias = Literal["alive"]


class LiveOut(TypedDict):
    """The process runs."""

    status: Literal["alive"]


class LossOut(TypedDict):
    """What a format could not carry: where it stood, what it was, what there is instead."""

    code: str
    instead: str
    path: str
    what: str


class MatchingSolution(TypedDict):
    """The id of the right target for each premise that has one."""

    pairs: dict[str, str]


class MediaOut(TypedDict):
    """
    A picture. ``markdown`` shows it in any text of a question; put words into the brackets.

    Width and height are in pixels, null for one without a size of its own.
    """

    bytes: int
    created_at: str
    file: str
    height: int | None
    markdown: str
    name: str
    type: str
    url: str
    width: int | None


class MissedOut(TypedDict):
    """A published question with the mean score, a fraction, of who answered this version."""

    id: str
    mean_score: float
    slug: str
    submissions: int


class MissedPage(TypedDict):
    """Questions by mean score, the lowest first."""

    items: list[MissedOut]
    limit: int


class NewKeyOut(TypedDict):
    """A key just made. ``key`` is its text, shown this once: null when the request is repeated."""

    created_at: str
    expires_at: str | None
    id: str
    key: str | None
    last_used_at: str | None
    name: str
    public_part: str
    rate_limit: str | None
    revoked_at: str | None
    role: Literal["publishable", "integration", "author", "reviewer", "admin"] | None
    scopes: list[
        Literal[
            "questions:read",
            "submissions:write",
            "bank:read",
            "bank:write",
            "bank:publish",
            "admin",
        ]
    ]


class NewScoreOut(TypedDict):
    """The grade that the plan gives."""

    correct: bool
    exact: str
    max_points: float
    points: float
    rule: str
    rule_version: int
    score: float


class NumericInteraction(TypedDict):
    """A number is asked, in one of these units where there are any."""

    units: list[str]


class NumericSolution(TypedDict):
    """The right number, and its unit where there are units."""

    unit: str | None
    value: str


class OldScoreOut(TypedDict):
    """The grade that counted when the plan was made."""

    correct: bool
    exact: str
    grade: str
    score: float


class OptionFeedbackOut(TypedDict):
    """What became of one option, and what its author says to those who met it."""

    correct: bool
    html: str | None
    id: str
    selected: bool
    verdict: Literal["rightly_picked", "wrongly_picked", "rightly_left", "missed"]


class OptionIn(TypedDict):
    """An option; without ids, all are matched with the old ones by what they say."""

    feedback: NotRequired[str | None]
    id: NotRequired[str | None]
    part: NotRequired[str]
    pinned: NotRequired[bool]
    text: NotRequired[str]


class OptionOut(TypedDict):
    """A statement to pick. The id is opaque and never changes."""

    html: str
    id: str
    markdown: str


class OptionRateOut(TypedDict):
    """How many picked an option, and the mean scores of those who did and of those who did not."""

    html: str
    id: str
    letter: str
    markdown: str
    mean_score: float | None
    mean_score_of_others: float | None
    picked: int
    right: bool
    share: float


class OrderingSolution(TypedDict):
    """The option ids in the right order."""

    order: list[str]


class PartFeedbackOut(TypedDict):
    """Whether one part of a response was right: a premise by its id, a blank by its name."""

    correct: bool
    id: str


class PatternOut(TypedDict):
    """A response that learners gave. `selected` and `letters` are null where nothing is picked."""

    correct: bool
    count: int
    letters: str | None
    mean_score: float
    response: dict[str, Any] | None
    selected: list[str] | None
    share: float


class PatternsOut(TypedDict):
    """The most frequent responses, at most 64, by falling count."""

    items: list[PatternOut]
    missed: int
    others: int
    possible: int | None


class ProblemOut(TypedDict):
    """What went wrong and what to do. ``type`` is the address of a page that says more."""

    code: str
    detail: str
    errors: list[FaultOut]
    instance: str
    request_id: str
    status: int
    title: str
    type: str


class ProgressOut(TypedDict):
    """How many files are done, of how many."""

    done: int
    total: int


Alg: TypeAlias = Literal["EdDSA"]


Crv: TypeAlias = Literal["Ed25519"]


Kty: TypeAlias = Literal["OKP"]


Use: TypeAlias = Literal["sig"]


class PublicKeyOut(TypedDict):
    """An Ed25519 public key; ``kid`` is its thumbprint (RFC 7638)."""

    alg: Literal["EdDSA"]
    crv: Literal["Ed25519"]
    kid: str
    kty: Literal["OKP"]
    use: Literal["sig"]
    x: str


class PublishIn(TypedDict):
    """When learners are to get the question; at once if nothing is said or that time is past."""

    publish_at: NotRequired[str | None]


class QuestionRefOut(TypedDict):
    """The version of a question that was answered."""

    id: str
    slug: str
    version: int


Status5: TypeAlias = Literal["ready"]


class ReadyOut(TypedDict):
    """The database answers and is at the newest migration."""

    durability: Literal["keeps_answers", "may_lose_answers"]
    migration: str
    status: Literal["ready"]


class ReceiptOut(TypedDict):
    """What was answered and how it was scored. ``key`` is null where it is not released."""

    grade: str
    graded_at: str
    issuer: str
    key: list[str] | None
    learner: str | None
    max_points: str
    options: list[str]
    points: str
    question: AnsweredQuestionOut
    response: dict[str, Any] | None
    rule: str
    rule_version: int
    score: str
    selected: list[str]
    submission: str
    submitted_at: str


class ReferenceIn(TypedDict):
    """A recommended reading; ``lead`` and ``note`` are the words around its link."""

    lead: NotRequired[str]
    note: NotRequired[str]
    title: str
    url: NotRequired[str | None]


class ReferenceOut(TypedDict):
    """A recommended reading; ``lead`` and ``note`` are the words around its link."""

    lead: str
    note: str
    title: str
    url: str | None


class RefusedOut(TypedDict):
    """An answer of a batch that was refused, and why."""

    problem: ProblemOut
    status: int


class RegradeDoneOut(TypedDict):
    """
    What became of the plan so far.

    ``stale`` were graded otherwise after the plan and left alone; ``arrived`` came after it, null
    until it is applied. ``kept`` could not be undone, since a later regrade graded them.
    """

    applied: int
    arrived: int | None
    kept: int
    stale: int
    undone: int


class RegradeItemOut(TypedDict):
    """
    A submission that gets another grade, and why; or cannot, with the problem and no ``new``.

    ``learner`` and ``version`` are null where the submission is not kept any more.
    """

    learner: str | None
    new: NewScoreOut | None
    old: OldScoreOut
    problem: str | None
    reason: str
    status: Literal["planned", "applied", "stale", "undone", "kept", "ungradable"]
    submission: str
    version: int | None


class RegradeItemPage(TypedDict):
    """One page of submissions, in the order of their ids."""

    items: list[RegradeItemOut]
    limit: int
    next_cursor: str | None


class RegradeMeanOut(TypedDict):
    """Mean scores over all submissions of the scope; null where there are none."""

    after: float | None
    before: float | None
    shift: float | None
    shift_exact: str | None


class RegradePlanOut(TypedDict):
    """
    What the plan comes to. The submissions are affected, unaffected or ungradable.

    Affected ones get another grade; those whose score stays as it was are neither raised nor
    lowered.
    """

    affected: int
    became_correct: int
    became_incorrect: int
    lowered: int
    mean: RegradeMeanOut
    raised: int
    submissions: int
    unaffected: int
    ungradable: int


class RegradeProgressOut(TypedDict):
    """How many submissions the present task has gone through, of how many if that is known."""

    done: int
    total: int | None


class RegradeScopeIn(TypedDict):
    """Which submissions: to one question, of some versions, of some time."""

    question: str
    since: NotRequired[str | None]
    until: NotRequired[str | None]
    versions: NotRequired[list[int] | None]


class RegradeScopeOut(TypedDict):
    """Which submissions; null for all."""

    since: str | None
    until: str | None
    versions: list[int] | None


class RegradedQuestionOut(TypedDict):
    """The question that is regraded."""

    id: str
    slug: str


class RuleResultOut(TypedDict):
    """One rule: what it gives, what guessing earns, and how soon its scores tell the key."""

    chance: ChanceOut
    cohort: CohortOut | None
    exact: str | None
    oracle: int | None
    oracle_bounds: BudgetOut
    rule: str
    score: float | None
    version: int


class ScoreTestIn(TypedDict):
    """A response, its options by place or id, and the score that it should get."""

    response: dict[str, Any]
    score: float | str


class ScoreTestOut(TypedDict):
    """A response and the score that it should get."""

    response: dict[str, Any]
    score: float | str


class ScoringIn(TypedDict):
    """The rule, the points for all of it, and what each option is worth where the rule asks."""

    max_points: NotRequired[float | str]
    rule: NotRequired[str]
    values: NotRequired[dict[str, Any] | None]


class ScoringOut(TypedDict):
    """How a submission is scored."""

    max_points: float
    rule: str


class ScoringRuleOut(TypedDict):
    """A way to score, explained. Clients must tolerate kinds and properties they do not know."""

    example: str
    formula: str
    kinds: list[str]
    name: str
    parameters: dict[str, str | None]
    policy: str
    properties: list[str]
    source: str
    ticking_everything: list[EarnedOut]
    ticking_nothing: list[EarnedOut]
    used_by: str
    version: int


class SelectOut(TypedDict):
    """How many options may be picked; it does not depend on how many are right."""

    max: int
    min: int


class ShortTextSolution(TypedDict):
    """A text that is right; null where only patterns say what is."""

    text: str | None


class SignedReceiptOut(TypedDict):
    """A receipt with the Ed25519 signature over its canonical JSON (RFC 8785)."""

    alg: Literal["EdDSA"]
    kid: str
    receipt: ReceiptOut
    signature: str


class SpanOut(TypedDict):
    """Words that both versions have, or only the old one, or only the new one."""

    change: Literal["same", "added", "removed"]
    text: str


class StoredGradeOut(TypedDict):
    """A row of ``grade``."""

    correct: bool
    exact_score: str
    graded_at: str
    id: str
    is_undo: bool
    key_version_id: str | None
    max_points: float
    points: float
    reason: str
    regrade_id: str | None
    rule: str
    rule_version: int
    score: float


class StoredSubmissionOut(TypedDict):
    """A row of ``submission``, with the question's slug and title and with every grade."""

    caller: str
    duration_ms: int | None
    grades: list[StoredGradeOut]
    id: str
    idempotency_key: str | None
    question_id: str
    release: str
    request_hash: str | None
    response: dict[str, Any] | None
    selected: list[str]
    shown: list[str]
    shuffle: str | None
    slug: str | None
    submitted_at: str
    title: str
    translation_id: str | None
    version_id: str


class SentText1(TypedDict):
    """A text as the learner wrote it. An empty one is graded like any other."""

    text: str


class SubmissionIn(TypedDict):
    """An answer, and what was shown to answer. Only ``selected`` or ``response`` is required."""

    duration_ms: NotRequired[int | None]
    language: NotRequired[str | None]
    learner: NotRequired[str | None]
    response: NotRequired[
        SentNumber | SentText1 | SentBlanks | SentPairs | SentOrder | None
    ]
    selected: NotRequired[list[str] | None]
    shuffle: NotRequired[str | None]
    version: NotRequired[int | None]


class TextChangeOut(TypedDict):
    """A text of the source that differs from what was translated; null where there is none."""

    new: str | None
    old: str | None
    pointer: str


class TextDiffOut(TypedDict):
    """A text that differs; the spans of each of its paragraphs, in reading order."""

    name: str
    paragraphs: list[list[SpanOut]]


class TextOut(TypedDict):
    """A text as its author wrote it, and as sanitised HTML."""

    html: str
    markdown: str


class TimesOut(TypedDict):
    """How long the answers took that say so: within 1 %."""

    bars: list[BarOut]
    count: int
    p25_ms: int
    p50_ms: int
    p75_ms: int
    p90_ms: int


class TranslationIn(TypedDict):
    """
    A text for each text of the source. There is no field for key, scoring or ids.

    ``source_version`` is the version that is translated: the newest one if nothing is said.
    """

    combinations: NotRequired[list[str]]
    explanation: NotRequired[str]
    feedback: NotRequired[dict[str, str]]
    hints: NotRequired[list[str]]
    options: NotRequired[dict[str, str]]
    prompt: str
    source_version: NotRequired[int | None]
    title: str


class TranslationOut(TypedDict):
    """A translation with all it says, and what changed in its source since."""

    changed: list[str]
    changes: list[TextChangeOut]
    combinations: list[str]
    current_version: int
    explanation: str
    feedback: dict[str, str]
    hints: list[str]
    language: str
    number: int
    options: dict[str, str]
    prompt: str
    published_at: str | None
    published_by: str | None
    shown_in_versions: list[int]
    source_version: int
    stale: bool
    status: Literal["draft", "published"]
    title: str
    written_at: str
    written_by: str


class TranslationStateOut(TypedDict):
    """
    How far a translation has come, and whether its source has changed since.

    ``current_version`` is the one it is compared with: what learners get, or the newest where none
    is published or where it translates that. ``stale``: it was made from other texts than that
    version has, so it is not shown with it. ``shown_in_versions`` are those in which learners get
    something in this language.
    """

    changed: list[str]
    current_version: int
    language: str
    number: int
    published_at: str | None
    published_by: str | None
    shown_in_versions: list[int]
    source_version: int
    stale: bool
    status: Literal["draft", "published"]
    written_at: str
    written_by: str


class UsedMediaOut(TypedDict):
    """A picture, and how many versions of questions show it, old ones included."""

    media: MediaOut
    uses: int


class VersionCountOut(TypedDict):
    """How many answers a version got."""

    submissions: int
    version: int


class VersionOut(TypedDict):
    """Which version of the service answers, and which version of the interface."""

    api: str
    version: str


class VersionStateOut(TypedDict):
    """How far a version has come: when, and by which key."""

    in_review_at: str | None
    in_review_by: str | None
    number: int
    publish_at: str | None
    published_at: str | None
    published_by: str | None
    status: Literal["draft", "in_review", "published", "retired"]
    written_at: str
    written_by: str | None


class AuditEntryOut(TypedDict):
    """
    One act. ``actor`` is the id of a key, null where somebody worked at the command line.

    ``hash`` seals the entry together with ``previous_hash``, that of the entry before.
    """

    action: str
    actor: str | None
    actor_name: str | None
    at: str
    detail: dict[str, Any]
    hash: str
    number: int
    previous_hash: str
    subject: AuditSubjectOut
    version: int | None


class AuditPage(TypedDict):
    """One page of the audit log, newest first. ``next_cursor`` is null on the last one."""

    items: list[AuditEntryOut]
    limit: int
    next_cursor: str | None


class BankQuestionOut(TypedDict):
    """
    A question: what its newest version says, published or not, its state and its history.

    ``status`` is that of the newest version, or ``retired``. ``published_version`` is the number
    of the version that learners get.
    """

    answer: dict[str, Any] | None
    changed_at: str
    combinations: list[CombinationOut]
    copied_from: str | None
    created_at: str
    date: str | None
    difficulty: float | None
    explanation: str
    external_id: str | None
    extra: dict[str, Any]
    has_draft: bool
    hints: list[str]
    id: str
    key: list[str]
    kind: str
    language: str
    options: list[DraftOptionOut]
    oracle_budget: int | None
    problems: list[DraftProblemOut]
    prompt: str
    publish_at: str | None
    published_version: int | None
    references: list[DraftReferenceOut]
    release: Literal["after_submission", "score_only", "never"]
    scoring: DraftScoringOut
    shuffle: bool
    slug: str
    status: Literal["draft", "in_review", "published", "retired"]
    tags: list[str]
    tests: list[ScoreTestOut]
    title: str
    version: int
    versions: list[VersionStateOut]


class BankVersionOut(TypedDict):
    """One version with all that it says."""

    answer: dict[str, Any] | None
    combinations: list[CombinationOut]
    date: str | None
    difficulty: float | None
    explanation: str
    external_id: str | None
    extra: dict[str, Any]
    hints: list[str]
    key: list[str]
    kind: str
    language: str
    options: list[DraftOptionOut]
    oracle_budget: int | None
    prompt: str
    references: list[DraftReferenceOut]
    release: Literal["after_submission", "score_only", "never"]
    scoring: DraftScoringOut
    shuffle: bool
    tags: list[str]
    tests: list[ScoreTestOut]
    title: str
    version: VersionStateOut


class BlankOut(TypedDict):
    """A blank, which the stem marks as ``[[name]]``: a text, a number, or one of its options."""

    kind: str
    name: str
    options: list[OptionOut]
    units: list[str]


class ClozeInteraction(TypedDict):
    """The blanks of the stem."""

    blanks: list[BlankOut]


class ClozeSolution(TypedDict):
    """What was right in each blank, as its own kind says it."""

    blanks: dict[str, NumericSolution | ShortTextSolution | InlineChoiceSolution]


class DraftIn(TypedDict):
    """
    What a question is to say. Whatever is left out is as in a new, empty question.

    Texts are markdown; in those that learners read afterwards, ``{option:2}`` or
    ``{option:m3kq}`` becomes the number that the option had on the learner's screen.
    """

    answer: NotRequired[dict[str, Any] | None]
    combinations: NotRequired[list[CombinationIn]]
    date: NotRequired[str | None]
    difficulty: NotRequired[float | None]
    explanation: NotRequired[str]
    external_id: NotRequired[str | None]
    extra: NotRequired[dict[str, Any]]
    hints: NotRequired[list[str]]
    key: NotRequired[list[int | str]]
    kind: NotRequired[str]
    language: NotRequired[str]
    options: NotRequired[list[OptionIn]]
    oracle_budget: NotRequired[int | None]
    prompt: NotRequired[str]
    references: NotRequired[list[ReferenceIn]]
    release: NotRequired[Literal["after_submission", "score_only", "never"]]
    scoring: NotRequired[ScoringIn]
    shuffle: NotRequired[bool]
    tags: NotRequired[list[str]]
    tests: NotRequired[list[ScoreTestIn]]
    title: NotRequired[str]


class DuplicateOut(TypedDict):
    """Two questions, the older one first, and how alike stem and options are, 0 to 1."""

    questions: list[DuplicateSideOut]
    similarity: float


class DuplicatePage(TypedDict):
    """Pairs, the most alike first."""

    items: list[DuplicateOut]
    limit: int
    next_cursor: str | None


class ExportedOut(TypedDict):
    """One question of which the format could not carry everything, or nothing at all."""

    is_in: bool
    losses: list[LossOut]
    slug: str


class FeedbackOut(TypedDict):
    """
    What was right, a verdict on each option or part, and the explanation.

    ``correct`` and ``options`` are for kinds where options are picked, ``solution`` and ``parts``
    for the others. ``combination`` is what the author says to who picked exactly these options.
    """

    combination: TextOut | None
    correct: list[str]
    explanation: TextOut | None
    options: list[OptionFeedbackOut]
    parts: list[PartFeedbackOut]
    references: list[ReferenceOut]
    solution: (
        NumericSolution
        | ShortTextSolution
        | OrderingSolution
        | MatchingSolution
        | ClozeSolution
        | None
    )


class GradeList(TypedDict):
    """
    The gradings of a submission, oldest first. The last one counts.

    Where the question releases no scores there is only the first.
    """

    items: list[GradeOut]


class ImportItemOut(TypedDict):
    """
    What became of one question. `changes` are lines of a difference to what was there.

    `losses` are what the file said and the bank does not.
    """

    changes: list[str]
    losses: list[LossOut]
    outcome: Literal["created", "updated", "unchanged", "failed"]
    problems: list[FindingOut]
    slug: str | None
    source: str


class ImportReportOut(TypedDict):
    """How many questions had each outcome, and all of them."""

    created: int
    failed: int
    items: list[ImportItemOut]
    unchanged: int
    updated: int


class ItemStatisticsOut(TypedDict):
    """What the answers to one version say, all attempts of all learners, by the grades of now."""

    chance: GuessingOut | None
    confidence: float
    correct: EstimateOut | None
    correct_count: int
    facility: EstimateOut | None
    kind: str
    learners: int | None
    options: list[OptionRateOut]
    patterns: PatternsOut
    question: QuestionRefOut
    submissions: int
    time: TimesOut | None
    title: str
    versions: list[VersionCountOut]


class KeySetOut(TypedDict):
    """All keys that ever signed, newest first."""

    keys: list[PublicKeyOut]


class LabOut(TypedDict):
    """Scoring rules side by side. Key and selection are in the order of the options."""

    key: list[str]
    options: int
    rules: list[RuleResultOut]
    selected: list[str]
    submissions: int | None


class LearnerOut(TypedDict):
    """All that is stored of a learner."""

    exported_at: str
    kept_answers: list[KeptAnswerOut]
    learner: str
    submissions: list[StoredSubmissionOut]


class LossReportOut(TypedDict):
    """What an export leaves out; questions that are wholly in the file are only counted."""

    exported: int
    format: str
    items: list[ExportedOut]
    left_out: int


class MatchingInteraction(TypedDict):
    """Each option is a premise; each is matched with one of these targets, or left open."""

    targets: list[OptionOut]


class MediaPage(TypedDict):
    """One page of the pictures, newest first. ``next_cursor`` is null on the last one."""

    items: list[UsedMediaOut]
    limit: int
    next_cursor: str | None


class OptionDiffOut(TypedDict):
    """An option that differs, matched by its id. Places count from 1; null: it is not there."""

    change: Literal["same", "reworded", "added", "removed"]
    feedback: list[SpanOut]
    id: str
    moved: bool
    new_place: int | None
    old_place: int | None
    pinned: bool | None
    text: list[SpanOut]


class QuestionOut(TypedDict):
    """A published question. Clients must tolerate kinds they do not know."""

    date: str | None
    difficulty: float | None
    hints: int
    id: str
    interaction: NumericInteraction | MatchingInteraction | ClozeInteraction | None
    kind: str
    language: str
    options: list[OptionOut]
    prompt: TextOut
    published_at: str
    scoring: ScoringOut
    select: SelectOut
    shuffle: str | None
    slug: str
    tags: list[str]
    title: str
    version: int


class QuestionPage(TypedDict):
    """One page of questions. ``next_cursor`` is null on the last one."""

    items: list[QuestionOut]
    limit: int
    next_cursor: str | None


class RegradeIn(TypedDict):
    """What to regrade, why, and how."""

    mode: NotRequired[
        Literal["current_key", "current_or_previous", "full_credit", "none"]
    ]
    reason: str
    rule: NotRequired[str | None]
    scope: RegradeScopeIn
    version: NotRequired[int | None]


class RegradeOut(TypedDict):
    """A regrade: what was asked for, what it comes to, and how far it is."""

    applied_at: str | None
    applied_by: str | None
    created_at: str
    failure: str | None
    id: str
    mode: Literal["current_key", "current_or_previous", "full_credit", "none"]
    plan: RegradePlanOut
    planned_at: str | None
    planned_by: str
    progress: RegradeProgressOut
    question: RegradedQuestionOut
    reason: str
    result: RegradeDoneOut
    rule: str | None
    scope: RegradeScopeOut
    state: Literal[
        "planning", "planned", "applying", "applied", "undoing", "undone", "failed"
    ]
    undone_at: str | None
    undone_by: str | None
    version: int | None


class RegradePage(TypedDict):
    """One page of regrades, newest first. ``next_cursor`` is null on the last one."""

    items: list[RegradeOut]
    limit: int
    next_cursor: str | None


class ScoringRuleList(TypedDict):
    """All scoring rules, sorted by name."""

    items: list[ScoringRuleOut]


class SubmissionOut(TypedDict):
    """A graded submission. What the question does not release is null."""

    correct: bool | None
    feedback: FeedbackOut | None
    id: str
    language: str
    learner: str | None
    max_points: float
    points: float | None
    question: QuestionRefOut
    reason: str | None
    response: dict[str, Any] | None
    rule: str
    rule_version: int
    score: float | None
    selected: list[str]
    submitted_at: str


class SubmissionPage(TypedDict):
    """One page of submissions, newest first. ``next_cursor`` is null on the last one."""

    items: list[SubmissionOut]
    limit: int
    next_cursor: str | None


class TranslationListOut(TypedDict):
    """The newest translation into each language."""

    items: list[TranslationStateOut]


class VersionListOut(TypedDict):
    """All versions of a question, oldest first."""

    items: list[VersionStateOut]


class AcceptedOut(TypedDict):
    """An answer of a batch that was graded."""

    status: int
    submission: SubmissionOut


class BankPage(TypedDict):
    """One page of questions. ``next_cursor`` is null on the last one."""

    items: list[BankQuestionOut]
    limit: int
    next_cursor: str | None


class BatchOut(TypedDict):
    """One result for each answer, in order."""

    results: list[AcceptedOut | RefusedOut]


class CountedQuestionPage(TypedDict):
    """The same with the number of questions on all pages together."""

    items: list[QuestionOut]
    limit: int
    next_cursor: str | None
    total: int


class DiffOut(TypedDict):
    """All that differs between two versions; what is equal is left out."""

    fields: list[FieldDiffOut]
    from_version: int
    key: KeyDiffOut
    options: list[OptionDiffOut]
    texts: list[TextDiffOut]
    to_version: int


class ImportJobOut(TypedDict):
    """An import in the background; the report comes when it is done."""

    id: str
    progress: ProgressOut
    report: ImportReportOut | None
    state: Literal["waiting", "running", "done", "failed"]


class QuestionDraw(TypedDict):
    """Questions drawn at random; the same seed and the same bank give the same draw."""

    items: list[QuestionOut]
    seed: str
