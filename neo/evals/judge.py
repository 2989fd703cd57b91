"""A language model as a judge of answers: graded on a rubric, held to its evidence, and missing when it fails.

A judgement that failed, was refused, cannot be read, or quotes what is not there is missing: its score is NaN, never
0, and the reason is kept so that it can be counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from pydantic import BaseModel

from neo.evals.judge_rubric import Case, Choice, Criterion, Grade, is_quoted, pair_prompt, prompt
from neo.evals.judge_votes import PASS, settled, votes_wanted
from neo.llm.base import ChatModel
from neo.llm.structured import Structured, ask

AT_ONCE = 4  # calls to an endpoint at the same time
MOST_FAILURES = 5  # in a row; an endpoint that is down is not waited for once a question
UNSUPPORTED = "unsupported"
GIVEN_UP = f"not asked: {MOST_FAILURES} calls in a row had failed"

OpenVoter = Callable[[type[BaseModel], int], ChatModel]
"""Opens the model for a form of reply and the number of a vote, from 0: each number is another sample."""
Preferred = Literal["a", "b", "tie", "missing"]


@dataclass(frozen=True)
class Judgement:
    """What a judge says of one answer by one criterion.

    Attributes:
        score: In [0, 1]; NaN when it is missing.
        missing: Why it is: ``failed``, ``refused``, ``unparsable`` or ``unsupported`` (the quote is not there).
        votes: How many times the judge was asked.
        cost_usd: What the replies cost when they were paid; *paid_usd* what of it was paid now.
    """

    score: float
    quote: str = ""
    reason: str = ""
    missing: str = ""
    votes: int = 1
    cost_usd: float = 0.0
    paid_usd: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; a missing score is None."""
        return {
            "score": None if self.missing else self.score,
            "quote": self.quote,
            "reason": self.reason,
            "missing": self.missing,
            "votes": self.votes,
        }


@dataclass(frozen=True)
class Preference:
    """Which of two answers is better; ``tie`` also when the order in which they were shown decided."""

    better: Preferred
    swayed_by_order: bool = False
    cost_usd: float = 0.0
    paid_usd: float = 0.0


class Judge:
    """Judges answers.

    Args:
        open_voter: Opens the model; see `OpenVoter`.
        threshold: Score near which an answer is judged thrice, since there one vote decides too much.
    """

    def __init__(self, open_voter: OpenVoter, threshold: float = PASS) -> None:
        self._open, self._threshold = open_voter, threshold

    def judge(self, criterion: Criterion, case: Case) -> Judgement:
        """Judge one answer by one criterion."""
        votes = [self._vote(criterion, case, 0)]
        wanted = votes_wanted(votes[0].score, self._threshold)
        votes += [self._vote(criterion, case, number) for number in range(1, wanted)]
        score = settled([vote.score for vote in votes])
        # The vote that stands for the others: one with the score that was settled on.
        shown = next((vote for vote in votes if vote.score == score), votes[0])
        return Judgement(
            score,
            shown.quote,
            shown.reason,
            shown.missing,
            len(votes),
            sum(vote.cost_usd for vote in votes),
            sum(vote.paid_usd for vote in votes),
        )

    def judge_all(self, asked: Sequence[tuple[Criterion, Case]]) -> list[Judgement]:
        """Judge many answers, some at the same time, in their order; an endpoint that keeps failing is let be."""
        failures = 0

        def one(pair: tuple[Criterion, Case]) -> Judgement:
            nonlocal failures  # a lost update among threads costs a call more, no judgement
            if failures >= MOST_FAILURES:
                return Judgement(float("nan"), reason=GIVEN_UP, missing="failed", votes=0)
            found = self.judge(*pair)
            failures = failures + 1 if found.missing == "failed" else 0
            return found

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(one, asked))

    def prefer(self, case: Case, a: str, b: str) -> Preference:
        """Compare two answers in both orders; only a choice that survives the swap counts.

        Args:
            case: The question, with the expected answer or the context where there is one; its answer is not looked at.
        """
        straight = self._choose(case, a, b)
        swapped = self._choose(case, b, a)
        cost_usd, paid_usd = straight.cost_usd + swapped.cost_usd, straight.paid_usd + swapped.paid_usd
        if straight.value is None or swapped.value is None:
            return Preference("missing", cost_usd=cost_usd, paid_usd=paid_usd)
        one, other = _STRAIGHT[straight.value.better], _SWAPPED[swapped.value.better]
        swayed = one != other and "tie" not in (one, other)
        return Preference(one if one == other else "tie", swayed, cost_usd, paid_usd)

    def _vote(self, criterion: Criterion, case: Case, number: int) -> Judgement:
        reply = ask(self._open(Grade, number), Grade, *prompt(criterion, case))
        judged = partial(Judgement, cost_usd=reply.cost_usd, paid_usd=reply.paid_usd)
        if reply.value is None:
            return judged(float("nan"), reason=reply.detail, missing=reply.fault)
        quote, reason, grade = reply.value.quote, reply.value.reason, reply.value.grade
        has_evidence = is_quoted(quote, getattr(case, criterion.quotes)) or (grade == 0 and not quote.strip())
        if not has_evidence:
            return judged(float("nan"), quote, reason, UNSUPPORTED)
        return judged(criterion.score(grade), quote, reason)

    def _choose(self, case: Case, first: str, second: str) -> Structured[Choice]:
        return ask(self._open(Choice, 0), Choice, *pair_prompt(case, first, second))


_STRAIGHT: Mapping[str, Preferred] = {"first": "a", "second": "b", "neither": "tie"}
_SWAPPED: Mapping[str, Preferred] = {"first": "b", "second": "a", "neither": "tie"}


def missing_in_words(judgements: Iterable[Judgement]) -> str:
    """How many judgements are missing, and why; empty when none is.

    >>> missing_in_words([Judgement(1.0), Judgement(float("nan"), missing="refused")])
    '1 of 2 judgements is missing (1 refused); a missing one counts for nothing, not as 0.'
    """
    given = list(judgements)
    reasons = Counter(one.missing for one in given if one.missing)
    if not reasons:
        return ""
    gone = reasons.total()
    why = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
    verb = "judgement is" if len(given) == 1 else "judgements is" if gone == 1 else "judgements are"
    return f"{gone} of {len(given)} {verb} missing ({why}); a missing one counts for nothing, not as 0."
