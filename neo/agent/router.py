"""Which kind of system a person wants, by the meaning of their words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from neo.agent.understanding.clauses import parts, readable
from neo.agent.understanding.encoder import COMMON, Encoder
from neo.agent.understanding.intents import Labels
from neo.agent.understanding.marks import corrects
from neo.agent.understanding.phrases import PHRASES
from neo.agent.understanding.spelling import Spelling
from neo.skill import Skill

ELSE, TALK = "else", "talk"
LEAST = 0.42  # nearness from which a kind of system is meant
LEAST_ALONE = 0.25  # the same where it is clearly nearer than talk and than any other system
CLEARLY = 0.04
OWN_WORD, MOST_OWN = 0.05, 0.15  # what a word counts that one skill alone has, and several of them
MARGIN = 0.03  # by which another system must be nearer
MOST_PARTS = 12

# What people want of engineers and Neo does not build.
OTHER_SYSTEMS = (
    "build me a website", "make a mobile app for our shop", "I need a dashboard for our sales",
    "predict next month's sales",
    "forecast demand for our products", "detect fraud in our payments", "recommend products to customers",
    "generate images for our adverts", "make a video of our product", "transcribe our meetings",
    "translate our website",
    "write marketing texts for us every day", "a trading bot", "set up a new server for us", "clean up our database",
    "automate our invoices", "read licence plates", "recognise faces at the door",
    "detect broken parts on a conveyor belt",
    "sort our e-mails into folders", "a speech assistant for the phone line", "control our heating",
    "scrape prices from shops",
    "classify X-ray images", "optimise our delivery routes",
)  # fmt: skip


@dataclass(frozen=True)
class Route:
    """What an opening asks for.

    Attributes:
        skill: The skill that is meant; None when it is small talk, or nothing that Neo knows.
        because: Words of the message, or what they sound like, in a phrase for the person.
        nearest: What would be nearest when a system is wanted that Neo does not build.
    """

    skill: Skill | None
    because: str = ""
    nearest: Skill | None = None


class Router:
    """Compares a message with what people say of each skill, of other systems, and in talk.

    Args:
        encoder: Sentences to vectors.
        skills: By name.
    """

    def __init__(self, encoder: Encoder, skills: Mapping[str, Skill]) -> None:
        self._encoder, self._skills = encoder, skills
        stems = {name: _stems(" ".join((*skill.phrases, skill.title))) for name, skill in skills.items()}
        self._own = {name: own - set().union(*(stems[o] for o in stems if o != name)) for name, own in stems.items()}
        talk = [*PHRASES["small_talk"], *PHRASES["off_topic"], *PHRASES["question:able"]]
        self._spelling = Spelling([phrase for skill in skills.values() for phrase in (*skill.phrases, skill.title)])
        self._labels = Labels(
            encoder,
            {
                **{name: (*skill.phrases, skill.title) for name, skill in skills.items()},
                ELSE: OTHER_SYSTEMS,
                TALK: talk,
            },
        )

    def __call__(self, text: str) -> Route:
        """The skill that a message asks for; one named outright wins."""
        text = self._spelling.mended(text)
        if named := self._named(text):
            return Route(named, f"you said: {named.name.replace('_', ' ')}")
        pieces = [one.text for one in parts(readable(text))[:MOST_PARTS]]
        whole = readable(text).strip()[:400]
        texts = [piece for piece in dict.fromkeys([whole, *pieces]) if any(map(str.isalpha, piece))]
        if not texts or not self._skills:
            return Route(None)
        nearness = self._labels.nearness(self._encoder(texts))
        # A skill is meant when the whole sounds so, or one part does clearly.
        best = {name: float(nearness[:, place].max()) for place, name in enumerate(self._labels.names)}
        overall = {name: float(nearness[0, place]) for place, name in enumerate(self._labels.names)}
        score = {name: 0.5 * best[name] + 0.5 * overall[name] + self._own_words(name, text) for name in best}
        ranked = sorted(self._skills, key=lambda name: -score[name])
        first = self._skills[ranked[0]]
        clear = score[ranked[0]] >= LEAST_ALONE and score[ranked[0]] > max(score[TALK], score[ELSE]) + CLEARLY
        if (score[ranked[0]] < LEAST or score[ranked[0]] < score[TALK]) and not clear:
            wants = score[ELSE] >= LEAST and score[ELSE] > score[TALK]
            return Route(None, nearest=first if wants else None)
        if score[ELSE] > score[ranked[0]] + MARGIN:
            return Route(None, nearest=first)
        row = int(nearness[:, self._labels.names.index(ranked[0])].argmax())
        return Route(first, f'you said: "{_short(texts[row])}"')

    def _own_words(self, name: str, text: str) -> float:
        """What the words say that no other skill's phrases have: 'camera', 'handbook', 'trained'."""
        return min(MOST_OWN, OWN_WORD * len(_stems(text) & self._own.get(name, frozenset())))

    def correction(self, text: str, now: str) -> Skill | None:
        """Another skill that the words correct to: 'no, I meant people counting'."""
        if not corrects(text) and not re.search(r"\b(?:rather|meant|want(?:ed)?|not a|wrong)\b", text, re.IGNORECASE):
            return None
        named = self._named(text)
        if named is not None:
            return named if named.name != now else None
        if len(text.split()) > 25:
            return None
        skill = self(text).skill if re.search(r"\b(?:meant|wrong|not what|misunderst)", text, re.IGNORECASE) else None
        return skill if skill is not None and skill.name != now else None

    def _named(self, text: str) -> Skill | None:
        words = re.sub(r"[^a-z]+", " ", text.lower())
        for skill in self._skills.values():
            name = skill.name.replace("_", " ")
            if re.search(rf"\b(?:{name}|{name}ing|{name.replace('finetune', 'fine tun(?:e|ing)')})\b", words):
                return skill
        return None


def _stems(text: str) -> set[str]:
    """The first five letters of each word that says something by itself."""
    return {word[:5] for word in re.findall(r"[a-z]{4,}", text.lower()) if word not in COMMON}


def _short(text: str, most: int = 90) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
