"""The kinds of systems that Neo knows; each folder is one, and none knows another."""

from neo.skill import Skill
from skills.finetune import SKILL as FINETUNE
from skills.people_count.skill import PeopleCountSkill
from skills.rag.skill import RagSkill

SKILLS: tuple[Skill, ...] = (RagSkill(), PeopleCountSkill(), FINETUNE)
