"""The rag skill: question answering over a person's documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePath

from neo.automl.machine import compute_note
from neo.automl.problem import Context, Evaluation, InputFile, Limits, Problem, Resources, Screen
from neo.automl.space import Config, LeftOut
from neo.domain.brief import Brief, SlotValue
from neo.domain.documents import Item
from neo.errors import BadInput
from neo.llm.base import ChatModel
from neo.llm.local_model import local_model
from neo.llm.openai_model import OpenAIModel
from neo.llm.pricing import UNKNOWN, UNPRICED, price_of
from neo.skill import Build, Examination, Proposal, Reply, Skill
from skills.rag import client, intake, package, writing
from skills.rag.evaluate import evaluate, instances_of, metrics_for
from skills.rag.judging import beside_people, judge_names, open_judge, why_no_judge
from skills.rag.privacy import STAYS
from skills.rag.proposing import propose
from skills.rag.slots import FITTING, SLOTS
from skills.rag.space import cheap_twin, search_space
from skills.rag.stores import KEPT_HERE, UNCOUNTED, why_no_service


class RagSkill(Skill):
    """Retrieval-augmented answers."""

    name = "rag"
    sayings = Path(__file__).with_name("sayings.txt").read_text(encoding="utf-8")
    title = "Answers from your documents"
    phrases = (
        "visitors should be able to ask a bot about our rules",
        "members keep asking me the same, it is all in our leaflet",
        "parents could ask a programme about forms and holidays",
        "agents ask about tariffs during the call",
        "beginners phone me at all hours, can a machine answer them from my notes",
        "let keepers ask about treatments",
        "new members want to ask about our newsletters",
        "guests ask the same things, a bot should answer from our house rules",
        "classify goods by asking the tariff notes",
        "an operator asks what to do when an alarm comes, the procedure says it",
        "an assistant that looks things up in our contracts and case files",
        "ask our research papers questions",
        "find the right passage in our regulations",
        "our nurses should get answers from the procedure handbook",
        "retrieval QA on our API docs",
        "look up answers in meeting minutes and reports",
        "students want to ask the course material questions",
        "our technicians search the maintenance manuals all day",
        "answer customers' questions from the product manuals",
        "nobody finds anything in our huge pile of policies",
        "a helper that knows our internal rules and tells people where they stand",
        "answer questions about our documents",
        "a chatbot over handbooks, manuals, policies, contracts, wiki pages or PDF files",
        "search our knowledge base and support articles",
        "rag, retrieval augmented generation, question answering, FAQ assistant",
        "a bot that knows our handbook",
        "people keep asking what is written in the manual",
        "find the right paragraph in a pile of contracts",
        "ask my PDF files things",
        "chat with our documentation",
        "an assistant for new colleagues that knows the onboarding guide",
        "our help desk answers the same questions every day",
        "make our policies searchable in plain language",
        "semantic search over reports, with the source of every answer",
        "I have many Word files and want answers out of them",
        "look things up in the product manuals for customers",
        "a knowledge bot for Slack over our wiki",
        "answers with citations from scientific papers",
        "which rule applies? the bot should read our regulations and tell",
        "nobody reads the intranet, so let something answer from it",
        "something that quotes the passage it found",
        "index our documents and let people ask",
        "replace our FAQ page by something one can ask",
        "I want to talk to my notes",
        "look up procedures on the night shift",
        "retrieve passages and generate grounded answers",
    )
    slots = SLOTS
    delivered = (
        "A folder with the winning system: code, configuration, index, model, README, start command.",
        "A service on this machine: /ask, /healthz, /metrics and a page to try it.",
        "A report with every trial, the verdict with its intervals, and pictures.",
    )
    watched = "Watched from then on: up or down, p95 latency; you can ask it in this thread and vote."
    surface = "a page to try it, `/ask`, `/healthz`, `/metrics`"
    use = "Ask it anything right here in the thread, and vote on the answers with :+1: or :-1:."

    def examine(self, inputs: Sequence[InputFile], brief: Brief) -> Examination:
        """See :class:`neo.skill.Skill`."""
        return intake.examine(inputs)

    def requirements(self, brief: Brief, found: Examination) -> list[Item]:
        """See :class:`neo.skill.Skill`."""
        return writing.requirements(brief, found)

    def out_of_scope(self, brief: Brief) -> list[Item]:
        """See :class:`neo.skill.Skill`."""
        return writing.out_of_scope(brief)

    def risks(self, brief: Brief, found: Examination) -> list[Item]:
        """See :class:`neo.skill.Skill`."""
        return writing.risks(brief, found)

    def architecture(self, problem: Problem) -> list[Item]:
        """See :class:`neo.skill.Skill`."""
        return writing.architecture(problem)

    def problem(self, brief: Brief, inputs: Sequence[InputFile], cache_dir: Path, resources: Resources) -> Problem:
        """See :class:`neo.skill.Skill`."""
        allowed, kept_out = _allowed(brief, resources)
        no_service = KEPT_HERE if allowed.vector_service is not resources.vector_service else ""
        read = intake.read_inputs(inputs)
        if read.golden is None or not read.documents:
            problems = " ".join(report.problem for report in read.reports if report.problem)
            raise BadInput(
                "There is nothing to search on.", problems, " ".join((intake.WANT_DOCUMENT, intake.WANT_GOLDEN))
            )
        golden = intake.answerable(read.golden, read.documents)
        roles = {report.name: report.role for report in read.reports}
        files = tuple(replace(file, role=roles[file.name]) for file in inputs if roles.get(file.name))
        suffixes = {PurePath(file.name).suffix.lower() for file in files if file.role == "document"}
        wanted = brief.value("metric") in judge_names()
        no_judge = why_no_judge(allowed, golden, bool(kept_out), wanted)
        metrics = metrics_for(golden, allowed, judged=not no_judge)
        metric, not_told = _metric(brief, [one.name for one in metrics], no_judge)
        context = Context(files, cache_dir, allowed)
        space = search_space(allowed, golden, suffixes)
        return Problem(
            skill=self.name,
            space=replace(space, left_out=(*_told(space.left_out, no_service), *_unjudged(no_judge))),
            instances=instances_of(golden),
            metrics=metrics,
            metric=metric,
            limits=Limits(brief.value("accuracy"), brief.value("latency"), brief.value("cost")),
            evaluate=partial(evaluate, open_model=open_model, open_judge=None if no_judge else open_judge),
            context=context,
            screen=Screen("recall", partial(cheap_twin, space)) if golden.has_evidence else None,
            notes=(
                compute_note(allowed),
                *_unpriced(allowed),
                *([] if why_no_service(allowed) else [UNCOUNTED]),
                *kept_out,
                *not_told,
                *([] if no_judge else beside_people(open_judge(context), golden, inputs)),
                *golden.notes,
                *intake.unlocated(golden, read.documents),
                *(f"{one.row} of the golden set is left out: {one.reason}" for one in golden.rejected),
            ),
        )

    def propose(
        self, inputs: Sequence[InputFile], brief: Brief, cache_dir: Path, resources: Resources, most: int
    ) -> list[Proposal]:
        """See :class:`neo.skill.Skill`."""
        # Files often come before the question of privacy: until it is answered, nothing leaves this machine.
        careful = replace(brief, values={"privacy": SlotValue(STAYS, STAYS, "assumed"), **brief.values})
        context = Context(tuple(inputs), cache_dir, _allowed(careful, resources)[0])
        return propose(intake.read_inputs(inputs), context, most)

    def build(self, problem: Problem, config: Config, folder: Path) -> Build:
        """See :class:`neo.skill.Skill`."""
        return package.build(problem, config, folder)

    def ask(self, url: str, question: str, timeout_s: float) -> Reply:
        """See :class:`neo.skill.Skill`."""
        return client.ask(url, question, timeout_s)

    def smoke(self, problem: Problem, url: str, most: int) -> list[Evaluation]:
        """See :class:`neo.skill.Skill`."""
        return client.smoke(problem, url, most)

    def example(self, url: str, problem: Problem) -> str:
        """See :class:`neo.skill.Skill`."""
        question = problem.instances[0].payload.question.replace('"', "'")
        return (
            "For example:\n"
            f"```curl -s {url}/ask -H 'content-type: application/json' -d '{{\"question\": \"{question}\"}}'```"
        )


def _metric(brief: Brief, names: Sequence[str], no_judge: str) -> tuple[str, tuple[str, ...]]:
    """The metric to search on, and a note when the wanted one cannot be told from the golden set."""
    wanted = brief.value("metric", FITTING)
    if wanted in names or wanted == FITTING:
        return (wanted if wanted in names else names[0]), ()
    because = f": {no_judge}" if wanted in judge_names() else " from this golden set"
    can = ", ".join(names)
    note = f"The metric {wanted} cannot be told{because}; {names[0]} stands in. It can tell: {can}."
    return names[0], (note,)


def _unpriced(resources: Resources) -> tuple[str, ...]:
    """A note when the endpoint's model has no known price, so that the dearest stands in."""
    endpoint = resources.endpoint
    if endpoint is None or price_of(endpoint.model, endpoint.base_url, endpoint.price) is not UNKNOWN:
        return ()
    return (UNPRICED.format(model=endpoint.model, prompt=UNKNOWN.prompt_usd, completion=UNKNOWN.completion_usd),)


def _unjudged(no_judge: str) -> tuple[LeftOut, ...]:
    return (LeftOut("metric", "a language model as judge of answers", no_judge),) if no_judge else ()


def _told(left_out: Sequence[LeftOut], no_service: str) -> list[LeftOut]:
    """What was left out, with privacy as the reason where it is the one that keeps vectors here."""
    return [
        replace(one, reason=no_service) if no_service and one.parameter == "vector_store" else one for one in left_out
    ]


def _allowed(brief: Brief, resources: Resources) -> tuple[Resources, tuple[str, ...]]:
    """What the privacy requirement leaves of the resources, and a note on a model that it keeps out."""
    endpoint, service = resources.endpoint, resources.vector_service
    stays = brief.value("privacy") == STAYS
    if stays and service is not None and not service.is_local:
        resources = replace(resources, vector_service=None)
    if endpoint is None or endpoint.is_local or not stays:
        return resources, ()
    note = f"The endpoint's model {endpoint.model} is not tried: texts must stay on this machine (R-privacy)."
    return replace(resources, endpoint=None), (note,)


def open_model(context: Context, temperature: float) -> ChatModel:
    """The language model that a context allows: its endpoint, else the packaged one, which is as sure as it can be."""
    resources = context.resources
    if resources.endpoint is None:
        return local_model(resources.models_dir)
    return OpenAIModel(resources.endpoint, temperature=temperature)
