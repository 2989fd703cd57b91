"""What stands beside messages, against the local workspace over real HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.blocks.forms import what_went_wrong
from bot.listeners.opening import opened, opened_form
from bot.slack_transport import SlackTransport
from bot.workspace import Person, WorkspaceServer
from neo.domain.access import Profile
from neo.domain.posts import Attachment, Post
from neo.store.files import FileStore
from neo.transports.base import Outgoing, Refused

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080600000"
    "01f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
ENTRY: dict[str, Any] = {
    "id": "prj_1", "title": "Handbooks", "stage": "tuning", "reason": "", "waits": "", "share": 0.5, "budget": "",
    "runs": "", "alert": False, "controls": [["pause", "pause"]], "picture": "", "picture_alt": "",
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def transport(slack: WorkspaceServer, files: FileStore) -> SlackTransport:
    return SlackTransport(client(slack), files, messages_per_s=0)


def client(slack: WorkspaceServer) -> WebClient:
    return WebClient(token=slack.tokens.bot_token, base_url=slack.api_url)


def outgoing(post: Post, channel: str, thread: str | None = None) -> Outgoing:
    return Outgoing("post_1", "T1", channel, thread, post, False)


def home(you: Person, channel: str, thread: str, *pictures: Attachment) -> Outgoing:
    """A Home with one project, and its picture where there is one."""
    entry = ENTRY | {"channel": channel, "thread": thread}
    if pictures:
        entry |= {"picture": pictures[0].address, "picture_alt": pictures[0].alt_text}
    data = {"projects": [entry], "finished": [], "welcome": ""}
    post = Post("home", "1 open project.", data=data, attachments=pictures, to_user=you.user_id)
    return outgoing(post, you.user_id)


def shown(you: Person) -> list[dict[str, Any]]:
    view = you.open_home()
    assert view is not None
    return list(view["blocks"])


def of_type(blocks: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next(block for block in blocks if block["type"] == kind)


def test_home_links_to_the_thread(slack: WorkspaceServer, transport: SlackTransport, you: Person, channel: str) -> None:
    root = you.say("@Neo please help", channel)
    assert transport.send(home(you, channel, root)) == []
    button = of_type(shown(you), "section")["accessory"]
    assert button["url"] == client(slack).chat_getPermalink(channel=channel, message_ts=root)["permalink"]


def test_home_of_a_thread_that_is_gone_has_no_link(transport: SlackTransport, you: Person, channel: str) -> None:
    transport.send(home(you, channel, "1.000001"))
    assert "accessory" not in of_type(shown(you), "section")


def test_a_picture_is_uploaded_once(
    slack: WorkspaceServer, transport: SlackTransport, files: FileStore, you: Person, channel: str
) -> None:
    root = you.say("@Neo please help", channel)
    picture = Attachment(files.put(PNG), "quality.png", "Quality over time", "1 of 2 votes good")
    other = Attachment(files.put(PNG + b"x"), "quality.png", "Quality over time", "2 of 2 votes good")
    ids = []
    for one in (picture, picture, other, picture):
        transport.send(home(you, channel, root, one))
        block = of_type(shown(you), "image")
        assert block["alt_text"] == one.alt_text
        ids.append(block["slack_file"]["id"])
    assert ids[0] == ids[1] == ids[3] != ids[2]
    assert client(slack).files_info(file=ids[0])["file"]["name"] == "quality.png"


def test_a_form_opens_at_once_and_is_filled_in_place(
    slack: WorkspaceServer, transport: SlackTransport, you: Person, channel: str
) -> None:
    id = opened_form(client(slack), trigger(slack, you), "new_project")
    (waiting,) = you.modals()
    assert (waiting["external_id"], waiting["blocks"][0]["text"]["text"]) == (id, "One moment…")
    transport.send(form(you, id, channel))
    (filled,) = you.modals()
    assert filled["id"] == waiting["id"] and filled["submit"]["text"] == "Start"
    fields = {block["element"]["action_id"]: block["element"] for block in filled["blocks"]}
    assert fields["channel"]["initial_conversation"] == channel
    you.close_modal(filled["id"])


def test_a_form_that_was_closed_meanwhile_is_no_error(
    slack: WorkspaceServer, transport: SlackTransport, you: Person, channel: str
) -> None:
    id = opened_form(client(slack), trigger(slack, you), "new_project")
    (waiting,) = you.modals()
    you.close_modal(waiting["id"])
    assert transport.send(form(you, id, channel)) == []
    assert you.modals() == []


def test_a_form_that_slack_refuses_is_an_error(slack: WorkspaceServer, transport: SlackTransport, you: Person) -> None:
    id = opened_form(client(slack), trigger(slack, you), "add_golden")
    data = {"form": "add_golden", "view": id, "question": "", "answer": "", "projects": [["p" * 151, "T"]]}
    with pytest.raises(Refused):
        transport.send(outgoing(Post("form", "add_golden", data=data, to_user=you.user_id), you.user_id))
    (told,) = you.modals()
    assert "could not be filled" in told["blocks"][0]["text"]["text"]
    you.close_modal(told["id"])


def test_a_trigger_opens_one_form(slack: WorkspaceServer, you: Person) -> None:
    once = trigger(slack, you)
    assert opened(client(slack), once, what_went_wrong("ans_1"))
    assert not opened(client(slack), once, what_went_wrong("ans_1"))
    assert opened_form(client(slack), once, "new_project") == ""
    (view,) = you.modals()
    assert view["private_metadata"] == "ans_1"
    you.close_modal(view["id"])


def trigger(slack: WorkspaceServer, you: Person) -> str:
    return slack.workspace.new_trigger(you.user_id)


def form(you: Person, id: str, channel: str) -> Outgoing:
    """What fills the form of a new project."""
    data = {"form": "new_project", "view": id, "channel": channel}
    return outgoing(Post("form", "new_project", data=data, to_user=you.user_id), you.user_id)


def test_who_a_person_is(transport: SlackTransport, slack: WorkspaceServer, you: Person) -> None:
    you.set_profile(tz="Europe/Berlin", locale="de-DE")
    profile = transport.person("T1", you.user_id)
    assert (profile.known, profile.is_bot, profile.is_guest) == (True, False, False)
    assert (profile.tz, profile.locale) == ("Europe/Berlin", "de-DE")
    with Person(slack.url, "guest") as guest:
        assert transport.person("T1", guest.user_id).is_guest


def test_an_unknown_person_is_unknown(transport: SlackTransport) -> None:
    assert transport.person("T1", "U0NOBODY") == Profile()


def test_first_sentences_are_offered_in_a_conversation(transport: SlackTransport, you: Person) -> None:
    prompts = [{"title": "What can you do?", "message": "What can you do?"}]
    post = Post("prompts", "What shall I build?", data={"prompts": prompts})
    assert transport.send(outgoing(post, you.open_dm())) == []


def test_a_session_begins_and_ends_with_the_work(transport: SlackTransport, you: Person, channel: str) -> None:
    root = you.say("@Neo please help", channel)
    transport.send(outgoing(Post("working", "is searching…"), channel, root))
    assert (you.session(channel, root)[0], you.status(channel, root)) == ("processing", "is searching…")
    transport.send(outgoing(Post("working", ""), channel, root))
    assert (you.session(channel, root)[0], you.status(channel, root)) == ("active", "")
