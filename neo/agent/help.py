"""What Neo answers to a person's own questions, by topic: short, and true whatever the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from neo.agent.understanding.result import Asked
from neo.domain.approvals import EXPLANATION
from neo.skill import Slot

TOPICS: Mapping[str, str] = {
    "why": "I ask only what changes what I build or how I judge it; whatever you leave open I take as recommended, and "
    "the document names it as an assumption.",
    "golden": "Golden questions are questions with the answers, or the passages, that you expect: I judge every "
    "configuration on them, and hold a third back for the verdict. A CSV with the columns `question` and `answer` is "
    "enough; 30 are good, 10 the least. Of too few I make more from your documents, for you to confirm.",
    "formats": "Documents: PDF, DOCX, HTML, Markdown or text. Golden questions: CSV, XLSX, JSON or JSONL. Drop "
    "them into "
    "this thread; what I cannot read I name with the reason.",
    "privacy": "What you write and send stays with this installation: its database and its files on this "
    "machine. Texts "
    "go to a language model's endpoint only where one is set and you said that they may; the requirements name it.",
    "cost": "Asking and writing documents costs nothing, but what a language model takes to read you and to speak your "
    "language, where one is set: `/neo budget` names it. The architecture document names the budget in trials, minutes "
    "and dollars, and nothing is spent before you approve it by emoji.",
    "time": "The conversation takes a few minutes. I measure a trial on this machine before I promise a time: the "
    "architecture document names it with its milestones.",
    "next": "I ask what matters, then post the requirements; after your emoji I post the architecture with a budget; "
    "after your emoji on that I search, package, deploy and watch. Say *status* at any time.",
    "able": "I build AI systems from a conversation: I ask, you approve two documents by emoji, I tune on your own "
    "questions, deploy the best and watch it.",
    "approve": f"React to the document itself, or press its button. {EXPLANATION}",
    "models": "Models on this machine by default; an OpenAI-compatible endpoint where somebody set one and texts "
    "may go "
    "there. Which are tried is listed in the architecture document, those left out with the reason.",
    "number": "Every figure in a document or a report names where it comes from: your words, my recommendation, or a "
    "measurement with its interval. Ask with its id, for example _explain R3_.",
    "level": "I adapt my wording to how you write; say _how do you see me_ to see it, and correct it in a sentence.",
    "meaning": "Ask me about any word of mine, for example _what is a golden set?_; or answer in your own words, "
    "or say "
    "_as you recommend_.",
}
UNANSWERED = (
    "I have no answer to _{quote}_: I know about this project, its documents and figures, and how I work. Say "
    "*help* for "
    "what I can do."
)

GLOSSARY: Mapping[str, str] = {
    "golden": TOPICS["golden"],
    "p95": "p95 latency is the time within which 95 of 100 answers come.",
    "latency": "Latency is the time from a question to its answer; I mean the time within which 95 of 100 come (p95).",
    "metric": "The metric is how an answer is scored against the one that you expect, from 0 to 1.",
    "accuracy": "Accuracy is the mean score over questions that the search never saw, from 0 to 100 %.",
    "hold-out": "The hold-out is the third of the golden questions that the search never sees: for the verdict.",
    "lora": "LoRA trains a small addition to a model instead of the whole model: cheaper, and easy to take off again.",
    "epoch": "An epoch is one pass over all of your training examples; more of them learn more, and may learn by "
    "heart.",
    "rank": "The rank is how large LoRA's addition is; more can learn more, and takes more memory.",
    "alpha": "Alpha is how strongly LoRA's addition counts; twice the rank is usual.",
    "learning rate": "The learning rate is how large a step each update takes; too large forgets, too small "
    "learns little.",
    "rtsp": "RTSP is how network cameras send video; the address looks like rtsp://camera.local/stream.",
    "threshold": "The threshold is the count above which the alert is sent.",
    "cooldown": "The cooldown is the least time between two alerts, so that one crowd sends one mail.",
    "evidence": "Evidence is the passage of a document that an answer rests on.",
    "embedding": "An embedding turns a text into numbers, so that texts of like meaning lie near one another.",
    "budget": TOPICS["cost"],
}


# Slots that say more of a topic, in whatever skill has them.
OF_TOPIC: Mapping[str, tuple[str, ...]] = {
    "privacy": ("privacy",),
    "golden": ("golden", "data"),
    "formats": ("documents", "golden", "data"),
    "cost": ("cost", "budget"),
    "time": ("time",),
}


def answer(asked: Asked, slots: Sequence[Slot], own: Mapping[str, str] = MappingProxyType({})) -> str:
    """What Neo says to a question; about a slot it gives that slot's reason, about a word its meaning.

    Args:
        own: What a skill says to topics of which it has more to say than Neo has in general.
    """
    topic, _, name = asked.about.partition(":")
    slot = next((one for one in slots if one.name == name), None)
    lowered = asked.quote.lower()
    word = next((meaning for term, meaning in {**GLOSSARY, **own}.items() if term in lowered), "")
    if topic in ("meaning", "golden") and word:
        return word
    if topic in ("why", "meaning", "number") and slot is not None:
        return f"{slot.title}: {slot.plain or slot.question} {slot.why}"
    told = own.get(topic) or TOPICS.get(topic) or word or UNANSWERED.format(quote=asked.quote.strip())
    more = [about(one) for one in slots if one.name in OF_TOPIC.get(topic, ())]
    return " ".join([told, *more])


def about(slot: Slot) -> str:
    """A slot in two sentences: what is asked, and what Neo takes where nothing is said."""
    taken = f" Where you say nothing I take: {slot.recommended_words}." if slot.recommended_words else ""
    return f"*{slot.title}*: {slot.question}{taken}"


def answers(asked: Sequence[Asked], slots: Sequence[Slot], own: Mapping[str, str] = MappingProxyType({})) -> str:
    """Answers to all that a message asks, each once."""
    return "\n".join(dict.fromkeys(answer(one, slots, own) for one in asked))
