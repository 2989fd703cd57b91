"""Training a language model further on a person's own data (LoRA); Neo cannot build it yet."""

from __future__ import annotations

from pathlib import Path

from neo.domain.documents import Item
from neo.planned import Planned
from skills.finetune.slots import SLOTS

SKILL = Planned(
    "finetune",
    "A model trained on your data",
    (
        "fine-tune a model on our data",
        "finetune an LLM with LoRA",
        "teach a model our tone of voice",
        "train a language model on our support tickets",
        "make a small model write like our team",
        "I have thousands of example answers, can a model learn them",
        "adapt Qwen to our domain",
        "a model of our own that knows our jargon",
        "LoRA adapters for a 0.5B base model",
        "train a classifier for incoming mails from labelled examples",
        "sort tickets into categories as our people did",
        "instruction tuning with our chat logs",
        "supervised fine-tuning, SFT, QLoRA, PEFT",
        "the model should answer in our style",
        "we want to customise a model with our past conversations",
        "learn from our transcripts how we talk to customers",
        "let it imitate the way our editors write",
        "use our JSONL of prompts and completions for training",
        "specialise an open model on legal wording",
        "the ready-made models don't get our abbreviations; train one",
        "retrain a model with my own texts",
        "make the AI sound like our brand",
        "distil our annotations into a small local model",
        "we labelled 5,000 messages and want a model that labels the rest",
        "continue training of a model with company data",
        "can you train an AI with my examples",
    ),
    SLOTS,
    (
        Item("Trains a LoRA adapter of a base model on the examples, and keeps a share of them unseen.", "F-train"),
        Item("Compares the trained model with the base model on the unseen examples.", "F-compare"),
        Item(
            "Keeps the adapter with the data's hashes and every setting, so that the training can be repeated.",
            "F-record",
        ),
    ),
    Path(__file__).with_name("sayings.txt").read_text(encoding="utf-8"),
)
