"""Home and messages tabs, the Stop button, channels and workspaces that come and go."""

from __future__ import annotations

from dataclasses import replace

import pytest
from slack_says import BOT, Said, Slack
from world import CHANNEL, COLLEAGUE, OWNER, TEAM, Recorder, World

from bot.blocks import home
from neo.domain.events import AppInstalled, ButtonPressed, FormSubmitted
from neo.domain.posts import Post
from neo.transports.base import Outgoing, Refused


def open_tab(slack: Slack, tab: str, user: str = OWNER) -> None:
    slack.event("AppHomeOpened", type="app_home_opened", user=user, channel="D1", tab=tab)


def last_home(here: World) -> Post:
    return next(one.post for one in reversed(here.transport.sent) if one.post.kind == "home")


def test_home_shows_what_waits_and_how_far_it_is(slack: Slack, here: World) -> None:
    here.to_requirements()
    open_tab(slack, "home")
    (project,) = last_home(here).data["projects"]
    assert project["waits"] == "your approval of the requirements" and project["stage"] == "requirements review"
    view = home.view("1", {**last_home(here).data, "projects": [{**project, "link": "https://x.test/1", "file": ""}]})
    assert view["type"] == "home" and len(view["blocks"]) <= 100


def test_an_empty_home_says_how_to_begin(slack: Slack, here: World) -> None:
    open_tab(slack, "home")
    assert "Tell me what you need" in last_home(here).data["welcome"]


def test_home_is_a_persons_own(slack: Slack, here: World) -> None:
    here.to_requirements()
    open_tab(slack, "home", COLLEAGUE)
    assert last_home(here).to_user == COLLEAGUE and not last_home(here).data["projects"]


def test_a_control_on_home_works_and_home_follows(slack: Slack, here: World) -> None:
    here.to_requirements()
    open_tab(slack, "home")
    slack.payload(
        "BlockAction", type="block_actions", team={"id": TEAM}, user={"id": OWNER}, trigger_id="t1",
        container={"type": "view"}, channel=None, view={"type": "home"},
        actions=[{"action_id": "home_pause", "block_id": "b", "type": "button", "value": here.project().id}],
    )  # fmt: skip
    assert here.project().stage == "paused" and last_home(here).data["projects"][0]["stage"] == "paused"


def test_home_is_drawn_again_only_when_it_changed(slack: Slack, here: World) -> None:
    here.to_requirements()
    open_tab(slack, "home")
    assert here.neo.tick("refresh_homes") == 0
    here.command("pause")
    assert here.neo.tick("refresh_homes") == 1


def test_the_messages_tab_offers_first_sentences(slack: Slack, here: World) -> None:
    open_tab(slack, "messages")
    (sent,) = here.transport.sent
    assert sent.post.kind == "prompts" and sent.channel == "D1"


def stop(slack: Slack, user: str = OWNER) -> None:
    slack.raw(
        {
            "type": "agent_session_stopped", "channel": CHANNEL, "thread_ts": "1.0", "user": user,
            "streaming_message_ts": [], "event_ts": "12.0",
        }
    )  # fmt: skip


def test_stop_pauses_a_search_and_only_for_those_who_may(slack: Slack, here: World, told: Said) -> None:
    here.to_architecture()
    here.react("architecture", "white_check_mark")
    assert here.project().stage == "tuning"
    stop(slack, COLLEAGUE)
    assert here.project().stage == "tuning" and "You may not stop" in here.transport.sent[-1].post.text
    stop(slack)
    assert here.project().stage == "paused" and "say *resume*" in told()
    here.command("resume")
    assert here.project().stage == "tuning"


def test_stop_lets_a_measurement_rest(slack: Slack, here: World, told: Said) -> None:
    here.to_requirements()
    here.react("requirements", "white_check_mark")
    stop(slack)
    assert here.project().stage == "paused" and "say *resume*" in told()
    here.command("resume")
    here.later(61)
    here.work()
    assert here.document("architecture").status == "current"


def test_neo_says_hello_to_whoever_added_it_and_to_nobody_else(slack: Slack, here: World) -> None:
    joined = {"type": "member_joined_channel", "channel": CHANNEL, "inviter": OWNER}
    slack.event("MemberJoinedChannel", user=COLLEAGUE, **joined)
    assert not here.transport.sent
    slack.event("MemberJoinedChannel", user=BOT, **joined)
    (sent,) = here.transport.sent
    assert sent.post.to_user == OWNER


@pytest.mark.parametrize("sample", ["ChannelArchive", "ChannelDeleted", "ChannelLeft"])
def test_work_in_a_closed_channel_rests(slack: Slack, here: World, sample: str) -> None:
    here.to_architecture()
    here.react("architecture", "white_check_mark")
    kind = {"ChannelArchive": "channel_archive", "ChannelDeleted": "channel_deleted", "ChannelLeft": "channel_left"}
    slack.event(sample, type=kind[sample], channel=CHANNEL, user=OWNER)
    assert here.project().stage == "paused" and "channel" in here.project().reason
    assert here.transport.sent[-1].channel == OWNER


def test_an_opened_channel_says_what_waits(slack: Slack, here: World) -> None:
    test_work_in_a_closed_channel_rests(slack, here, "ChannelArchive")
    slack.event("ChannelUnarchive", type="channel_unarchive", channel=CHANNEL, user=OWNER)
    assert "open again" in here.transport.sent[-1].post.text


def test_a_renamed_channel_changes_nothing(slack: Slack, here: World) -> None:
    here.to_requirements()
    before = len(here.transport.sent)
    slack.event("ChannelRename", type="channel_rename", channel={"id": CHANNEL, "name": "new"})
    assert len(here.transport.sent) == before and here.project().stage == "requirements_review"


@pytest.mark.parametrize("gone", ["AppUninstalled", "TokensRevoked"])
def test_a_workspace_that_removes_neo_is_locked_and_finds_its_projects_when_it_returns(
    slack: Slack, here: World, gone: str
) -> None:
    here.to_architecture()
    here.react("architecture", "white_check_mark")
    kinds = {"AppUninstalled": "app_uninstalled", "TokensRevoked": "tokens_revoked"}
    slack.event(gone, type=kinds[gone], tokens={"bot": ["UNEO00001"], "oauth": []})
    sent = len(here.transport.sent)
    assert here.project().stage == "paused"
    assert here.work() == 0
    here.say("are you there?")
    assert len(here.transport.sent) == sent, "nothing is said in a workspace that removed Neo"
    here.give(AppInstalled("EvBack", TEAM, "Acme"))
    assert "I am back" in here.transport.sent[-1].post.text
    here.say("resume")
    assert here.project().stage == "tuning"


def test_a_persons_own_token_taken_back_locks_nothing(slack: Slack, here: World) -> None:
    slack.event("TokensRevoked", type="tokens_revoked", tokens={"bot": [], "oauth": [OWNER]})
    with here.store.read() as tx:
        assert not tx.workspaces.is_locked(TEAM)


def test_ten_workspaces_see_nothing_of_each_other(slack: Slack, here: World) -> None:
    """The same channel, thread and person ids in each: only the workspace tells them apart."""
    teams = [f"T{n}" for n in range(10)]
    for n, team in enumerate(teams):
        slack.event(
            "AppMention", team=team, user=OWNER, ts="1.0", thread_ts=None, channel=CHANNEL,
            text=f"<@{BOT}> I need a bot that answers questions about handbook {n}",
        )  # fmt: skip
    for n, team in enumerate(teams):
        with here.store.read(team) as tx:
            (mine,) = tx.workspaces.projects(team)
            assert mine.title.endswith(f"handbook {n}")
        others = [row.id for row in _all(here) if row.team != team]
        for place, other in enumerate(others):
            action = ("recommended", "home_cancel", "edit_requirement")[(n + place) % 3]
            slack.payload(
                "BlockAction", type="block_actions", team={"id": team}, user={"id": OWNER},
                trigger_id=f"{team}{other}{action}", container={"type": "view"}, channel=None,
                view={"type": "home"},
                actions=[{"action_id": action, "block_id": "b", "type": "button", "value": other}],
            )  # fmt: skip
    assert {row.stage for row in _all(here)} == {"intake"}
    assert all(not row.brief["values"].keys() - {"purpose"} for row in _all(here))
    slack.event("AppUninstalled", team=teams[3], type="app_uninstalled")
    assert {row.team for row in _all(here) if row.stage == "paused"} == {teams[3]}
    sent = [one for one in here.transport.sent if one.team != teams[3]]
    assert all(f"handbook {teams.index(one.team)}" in one.post.text or "handbook " not in one.post.text for one in sent)


def _all(here: World):  # type: ignore[no-untyped-def]
    with here.store.read() as tx:
        return tx.projects.all()


def test_a_guest_is_refused_politely_and_can_be_let_in(slack: Slack, here: World) -> None:
    here.neo.transport = here.transport
    guest = replace(here.transport.person(TEAM, "UGUEST001"), is_guest=True)
    here.transport.people["UGUEST001"] = guest
    here.transport.people[OWNER] = replace(here.transport.person(TEAM, OWNER), is_admin=True)
    slack.say(f"<@{BOT}> I need a bot that answers questions about our handbooks", "10.0", user="UGUEST001")
    assert not _all(here) and here.transport.sent[-1].post.to_user == "UGUEST001"
    assert "a guest of this workspace" in here.transport.sent[-1].post.text
    slack.say("among ourselves", "11.0", user="UGUEST001")
    assert len(here.transport.sent) == 1
    here.command("access allow <@UGUEST001>", user=OWNER)
    slack.say(f"<@{BOT}> I need a bot that answers questions about our handbooks", "12.0", user="UGUEST001")
    assert len(_all(here)) == 1


def test_a_partner_of_a_shared_channel_is_no_member(slack: Slack, here: World) -> None:
    here.neo.transport = here.transport
    here.transport.people["UPARTNER1"] = replace(here.transport.person("T9", "UPARTNER1"), team="T9")
    slack.say(f"<@{BOT}> I need a bot that answers questions about handbooks", "10.0", user="UPARTNER1")
    assert "a member of another workspace" in here.transport.sent[-1].post.text and not _all(here)


def test_whoever_may_not_is_told_in_the_form_that_stands_open(here: World) -> None:
    here.to_requirements()
    project = here.project().id
    here.give(ButtonPressed("EvB", TEAM, CHANNEL, "9.9", COLLEAGUE, "edit_requirement", project, view="edit:1"))
    post = here.transport.sent[-1].post
    assert (post.kind, post.data["form"], post.data["view"], post.to_user) == ("form", "told", "edit:1", COLLEAGUE)
    assert "You may not change" in post.data["text"]


def test_a_thread_rests_while_a_person_is_waited_for(here: World) -> None:
    here.to_architecture()
    shown = [post.text for post in here.posts() if post.kind == "working"]
    assert shown[-1] == "" and "is measuring a trial on this machine…" in shown


def test_a_conversation_that_neo_may_not_write_in_is_told_of_and_nothing_begins(here: World) -> None:
    class Closed(Recorder):
        """The platform refuses what goes into this channel."""

        def send(self, outgoing: Outgoing) -> list[str]:
            if outgoing.channel == CHANNEL:
                raise Refused("Slack refused: not_in_channel")
            return super().send(outgoing)

    here.transport = Closed()
    here.give(FormSubmitted("EvF", TEAM, OWNER, "new_project", "", {"need": "a bot for us", "channel": CHANNEL}))
    (sent,) = here.transport.sent
    assert sent.channel == OWNER and "not_in_channel" in sent.post.text and "a bot for us" in sent.post.text
