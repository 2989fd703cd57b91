"""Who may do what: outsiders are refused at the door, members by their workspace's rules."""

from __future__ import annotations

import re
from dataclasses import replace

from neo.domain.access import MEANING, Profile, Right, Rules, outsider, refusal
from neo.domain.approvals import may_approve
from neo.domain.events import (
    ButtonPressed,
    CommandGiven,
    Event,
    HomeOpened,
    MessageReceived,
    ReactionAdded,
    ShortcutUsed,
)
from neo.domain.posts import told
from neo.errors import BadInput, NotAllowed
from neo.services.deps import Deps, Turn
from neo.store import Transaction
from neo.store.tables import ProjectRow

PROFILE_AGE_S = 12 * 3600.0  # a guest who became a member is known as one by the next morning
REFUSED = (
    "I work for the members of this workspace, and you are {what} here. An administrator can let you in: "
    "`/neo access allow @you`."
)
HELP = (
    "`/neo access allow @guest` lets in a guest, or a person of another workspace; `/neo access deny @guest` ends it.\n"
    "`/neo access create @a @b` lets only them start projects; `/neo access create everyone` undoes it; the same with "
    "`approve`, `spend` and `see`.\n`/neo access admin @a` makes an administrator, `/neo access no-admin @a` ends it."
)
_USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|\b([UW][A-Z0-9]{5,})\b")


def is_admin(deps: Deps, tx: Transaction, team: str, user: str) -> bool:
    """Whether a person may steer every project here: named in the settings or by the rules, or runs the workspace."""
    profile = tx.people.profile(team, user)
    named = user in deps.policy.admins or user in tx.workspaces.rules(team).admins
    return named or (profile.is_admin and profile.team in ("", team))


def check(deps: Deps, tx: Transaction, team: str, user: str, right: Right) -> None:
    """Check a right.

    Raises:
        NotAllowed: The workspace's rules give it to others.
    """
    if is_admin(deps, tx, team, user):
        return
    rules = tx.workspaces.rules(team)
    what = outsider(user, team, tx.people.profile(team, user), rules)
    if why := REFUSED.format(what=what) if what else refusal(user, right, rules):
        raise NotAllowed(why)


def check_right(deps: Deps, tx: Transaction, project: ProjectRow, user: str, what: str) -> None:
    """Only the owner, named approvers and administrators may steer a project.

    Raises:
        NotAllowed: *user* is none of them.
    """
    mine = may_approve(user, owner=project.owner, approvers=project.approvers)
    if mine or is_admin(deps, tx, project.team, user):
        return
    raise NotAllowed(f"You may not {what} this project.", f"<@{project.owner}> started it;", "ask them to do it.")


def turned_away(deps: Deps, turn: Turn, event: Event) -> bool:
    """Refuse an outsider's event, with a line to them alone where they addressed Neo; True when that is done."""
    user = getattr(event, "user", "")
    if not user:
        return False
    with deps.store.read(event.team) as tx:
        profile, rules = tx.people.profile(event.team, user), tx.workspaces.rules(event.team)
        admin = is_admin(deps, tx, event.team, user)
        at = tx.outbox.at(event.team, event.channel, event.item_ts) if isinstance(event, ReactionAdded) else None
    what = "" if admin else outsider(user, event.team, profile, rules)
    if not what:
        return False
    if profile.is_bot or not _addressed(event, at is not None):
        return True
    with turn.transaction() as tx:
        channel = getattr(event, "channel", "") or user
        thread = getattr(event, "thread", None)
        post = told(REFUSED.format(what=what), user, getattr(event, "view", ""))
        tx.outbox.add_at(event.team, channel, thread, post, deps.now())
    return True


def _addressed(event: Event, on_a_post: bool) -> bool:
    """Whether an outsider waits for an answer: what people say among themselves in a thread is no affair of Neo's."""
    if isinstance(event, MessageReceived):
        return event.is_dm or event.mentions_neo
    return on_a_post or isinstance(event, ButtonPressed | CommandGiven | ShortcutUsed | HomeOpened)


def command(deps: Deps, tx: Transaction, event: CommandGiven, words: str) -> str:
    """`/neo access ...`: the rules in words, or a change of them by an administrator.

    Raises:
        NotAllowed: The person is no administrator.
        BadInput: The words are no such command.
    """
    rules = tx.workspaces.rules(event.team)
    verb, _, rest = words.strip().partition(" ")
    if not verb:
        return f"{in_words(rules, deps.policy.admins)}\n{HELP}"
    if not is_admin(deps, tx, event.team, event.user):
        raise NotAllowed(
            "You may not change who may do what.",
            "That is for administrators: named in NEO_ADMINS or by one of them, or owners of this workspace;",
            "ask one of them.",
        )
    changed = _changed(rules, verb.lower(), rest)
    tx.workspaces.save(event.team, deps.now(), access=changed.to_json())
    return f"Done.\n{in_words(changed, deps.policy.admins)}"


def _changed(rules: Rules, verb: str, rest: str) -> Rules:
    users = tuple(dict.fromkeys(one or other for one, other in _USER.findall(rest)))
    everyone = rest.strip().lower() in ("everyone", "everybody", "all", "members", "anyone")
    if verb in [right.value for right in Right] and (users or everyone):
        only = {key: value for key, value in (rules.only or {}).items() if key != verb}
        return replace(rules, only=only if everyone else only | {verb: users})
    if verb in LISTS and users:
        name, adds = LISTS[verb]
        kept = tuple(one for one in getattr(rules, name) if one not in users)
        return Rules.from_json(rules.to_json() | {name: (*kept, *users) if adds else kept})
    raise BadInput(f"I don't know '/neo access {verb} {rest}'.".replace(" '.", "'."), "", HELP)


# The word -> which list it changes, and whether it adds to it.
LISTS = {"allow": ("guests", True), "deny": ("guests", False), "admin": ("admins", True), "no-admin": ("admins", False)}


def in_words(rules: Rules, settled: frozenset[str]) -> str:
    """The rules, a line each."""
    lines = []
    for right in Right:
        holders = rules.holders(right)
        who = "every member" if holders is None else _names(holders) or "administrators alone"
        lines.append(f"• {MEANING[right]}: {who}")
    lines.append(f"• administrators: owners of the workspace, {_names((*settled, *rules.admins)) or 'nobody else'}")
    lines.append(f"• let in from outside: {_names(rules.guests) or 'nobody'}")
    return "\n".join(lines)


def _names(users: tuple[str, ...]) -> str:
    return ", ".join(f"<@{user}>" for user in dict.fromkeys(users))


def profile_is_fresh(deps: Deps, tx: Transaction, team: str, user: str) -> bool:
    """Whether the platform was asked of this person lately."""
    return deps.now() - tx.people.get(team, user).profile_at < PROFILE_AGE_S


def keep_profile(deps: Deps, team: str, user: str, profile: Profile) -> None:
    """Keep what the platform says of a person."""
    with deps.store.write(team) as tx:
        tx.people.keep_profile(team, user, profile, deps.now())
