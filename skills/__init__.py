"""The kinds of systems that Neo builds; each folder is one, and none knows another."""

from neo.skill import Skill
from skills.rag.skill import RagSkill

SKILLS: tuple[Skill, ...] = (RagSkill(),)
