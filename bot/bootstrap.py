"""The composition root: the only place where the bot, the core and the skills meet."""

from __future__ import annotations

import os
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from bot.clients import Clients, OneWorkspace, slack_client
from bot.files import SlackFiles
from bot.oauth import Workspaces
from bot.settings import Settings
from bot.slack_transport import SlackTransport
from neo.agent.language import Language, language
from neo.agent.understanding.encoder import encoder_at
from neo.app import Neo
from neo.automl.cache_files import GB, set_bound
from neo.automl.problem import Resources
from neo.delivery.deployers import Deployer, LocalDeployer
from neo.errors import ConfigurationError
from neo.llm.base import Endpoint
from neo.models.catalogue import CATALOGUE, ModelEntry
from neo.models.vector_service import VectorService
from neo.services.deps import Deps, Policy
from neo.skill import Skill
from neo.store import Store
from neo.store.files import FileStore
from neo.store.migrate import migrate
from neo.transports.email import SmtpSender, smtp_address
from neo.transports.mail import MailTransport, is_address
from neo.transports.mail_folder import MailFolder
from skills import SKILLS


def skills() -> Mapping[str, Skill]:
    """Every skill by its name."""
    return {skill.name: skill for skill in SKILLS}


def catalogue() -> Mapping[str, ModelEntry]:
    """Every model that can be fetched: the core's, and those of the skills."""
    return {**CATALOGUE, **{entry.name: entry for skill in SKILLS for entry in skill.models}}


def resources(settings: Settings, jobs: int | None = None) -> Resources:
    """What this machine and its settings offer to each of so many trials at a time."""
    key = settings.openai_api_key.get_secret_value()
    endpoint = Endpoint(
        key or "none",
        settings.openai_base_url,
        settings.openai_model,
        settings.stated_price,
        settings.openai_context_tokens,
    )
    return Resources(
        models_dir=settings.models,
        threads=max(1, (os.cpu_count() or 2) // (jobs or settings.trial_jobs)),
        endpoint=endpoint if key or settings.openai_base_url else None,
        compute_usd_per_hour=settings.compute_usd_per_hour,
        vector_service=_vector_service(settings),
        inside_hosts=frozenset(one.strip().lower() for one in settings.inside_hosts.split(",") if one.strip()),
    )


def _vector_service(settings: Settings) -> VectorService | None:
    key = settings.pinecone_api_key.get_secret_value()
    return VectorService(key, settings.pinecone_host, settings.pinecone_index) if key else None


def bounded_cache(settings: Settings) -> Path:
    """The folder of kept results, bounded as the settings say."""
    set_bound(settings.cache_dir, int(settings.cache_gb * GB))
    return settings.cache_dir


def policy(settings: Settings) -> Policy:
    """How Neo is to behave."""
    return Policy(
        grace_s=settings.grace_s,
        trials=settings.trials,
        trial_jobs=settings.trial_jobs,
        dask_address=settings.dask_address,
        progress_every_s=settings.progress_every_s,
        watch_every_s=settings.watch_every_s,
        seed=settings.seed,
        studies_url=settings.studies,
        work_dir=settings.data_dir,
        compare_votes=settings.compare_votes,
        mail_from=settings.mail_from,
        public_url=settings.public_url,
        admins=frozenset(user.strip() for user in settings.admins.split(",") if user.strip()),
    )


def _model_access(settings: Settings) -> dict[str, str]:
    """What a deployed package reads to reach services elsewhere; the settings may come from a file."""
    given = {
        "OPENAI_API_KEY": settings.openai_api_key.get_secret_value(),
        "OPENAI_BASE_URL": settings.openai_base_url or "",
    }
    if key := settings.pinecone_api_key.get_secret_value():
        given |= {
            "PINECONE_API_KEY": key,
            "PINECONE_HOST": settings.pinecone_host,
            "PINECONE_INDEX": settings.pinecone_index,
        }
    return {key: value for key, value in given.items() if value}


def language_of(settings: Settings) -> Language:
    """What reads people's words."""
    encoder = encoder_at(settings.models, settings.language)
    endpoint = resources(settings).endpoint if settings.read_with_model else None
    return language(encoder, skills(), endpoint, settings.cache_dir)


def file_store(settings: Settings) -> FileStore:
    """The content-addressed files."""
    return FileStore(settings.data_dir / "files")


def clients(settings: Settings) -> Clients:
    """The clients by workspace; after a 429 the outbox waits, so that other channels are served meanwhile."""
    if settings.has_oauth:
        return Workspaces(settings, Store(settings.database))
    return OneWorkspace(slack_client(settings, patience=0))


def transport(settings: Settings) -> SlackTransport:
    """The way out to Slack."""
    return SlackTransport(clients(settings), file_store(settings), settings.messages_per_s)


def mail_sender(settings: Settings) -> MailTransport:
    """The way out for mails: a server where one is set, else files in the data folder.

    Raises:
        ConfigurationError: NEO_SMTP_URL is no address of a mail server, or NEO_MAIL_FROM is no address of one's own.
    """
    url = settings.smtp_url.get_secret_value()
    if not url:
        return MailFolder(settings.mail_dir, settings.mail_from)
    if not is_address(parseaddr(settings.mail_from)[1]) or settings.mail_from.rstrip(">").endswith("@localhost"):
        raise ConfigurationError(
            f"NEO_MAIL_FROM = {settings.mail_from!r}: with NEO_SMTP_URL, write the address that mails are from, "
            "such as Neo <neo@example.com>."
        )
    return SmtpSender(smtp_address(url), settings.mail_from)


def deps(settings: Settings, **overrides: Any) -> Deps:
    """What services work with; tests replace any part by keyword."""
    known = clients(settings)
    downloader = SlackFiles(
        lambda team: known.of(team).token or "", settings.slack_api_url, settings.max_file_mb * 1_000_000
    )
    ports = range(settings.service_port, settings.service_port + 100)
    deployer: Deployer = LocalDeployer(ports, _model_access(settings))
    parts: dict[str, Any] = {
        "store": Store(settings.database),
        "files": file_store(settings),
        "skills": skills(),
        "policy": policy(settings),
        "resources": resources(settings),
        "fetch_file": downloader.fetch,
        "deployer": deployer,
        "language": language_of(settings),
    }
    return Deps(**{**parts, **overrides})


def neo(settings: Settings, **overrides: Any) -> Neo:
    """The product, on a database of the present schema."""
    made = deps(settings, **overrides)
    bounded_cache(settings)
    migrate(made.store)
    return Neo(made, transport(settings) if settings.has_slack else None, most_waiting=settings.most_waiting)
