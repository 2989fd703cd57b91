"""Posts out to the local workspace over real HTTP: sent once, edited in place, patient, and never lost."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from slack_sdk import WebClient
from world import FILES, World, world

from bot.slack_transport import SlackTransport
from bot.workspace import Message, Person, WorkspaceServer
from neo.domain.events import ReactionAdded
from neo.domain.posts import Attachment, Button, Post
from neo.store.files import FileStore
from neo.transports.base import Outgoing, Refused, TryLater

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080600000"
    "01f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
LONG = "Every line of this report matters to somebody. " * 6000


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def transport(slack: WorkspaceServer, files: FileStore) -> SlackTransport:
    return SlackTransport(client(slack), files, messages_per_s=0)


@pytest.fixture
def root(you: Person, channel: str) -> str:
    return you.say("@Neo please help", channel)


@pytest.fixture
def outgoing(channel: str, root: str) -> Callable[..., Outgoing]:
    def make(post: Post, row: str = "post_1", again: bool = False) -> Outgoing:
        return Outgoing(row, "T1", channel, root, post, again)

    return make


def client(slack: WorkspaceServer, token: str | None = None) -> WebClient:
    return WebClient(token=token or slack.tokens.bot_token, base_url=slack.api_url)


Make = Callable[..., Outgoing]


def thread(you: Person, out: Outgoing) -> list[Message]:
    """What Neo said in the thread, as the owner sees it."""
    return [m for m in you.messages(out.channel, out.thread) if m.user == you.bot_user_id]


def test_a_post_lands_in_its_thread_with_its_row_as_metadata(
    transport: SlackTransport, you: Person, outgoing: Make
) -> None:
    out = outgoing(Post("question", "Which *documents*?", buttons=(Button("Take all", "recommended", "prj_1"),)))
    (ts,) = transport.send(out)
    (message,) = thread(you, out)
    assert (message.ts, message.text) == (ts, "Which *documents*?")
    assert [block["type"] for block in message.blocks] == ["section", "actions"]
    assert transport.find("T1", out.channel, ts) == "post_1"


def test_a_persons_message_carries_no_row(transport: SlackTransport, root: str, channel: str) -> None:
    assert transport.find("T1", channel, root) is None
    assert transport.find("T1", channel, "1000.000001") is None


def test_an_edit_replaces_the_message_in_place(transport: SlackTransport, you: Person, outgoing: Make) -> None:
    out = outgoing(Post("progress", "1 of 9", data={"share": 0.1}))
    stamps = transport.send(out)
    assert transport.edit(dataclasses.replace(out, post=Post("progress", "2 of 9", data={"share": 0.2})), stamps) == []
    (message,) = thread(you, out)
    assert (message.ts, message.text, message.edited) == (stamps[0], "2 of 9", True)


def test_an_edit_of_a_deleted_message_is_posted_anew(
    transport: SlackTransport, slack: WorkspaceServer, you: Person, outgoing: Make
) -> None:
    out = outgoing(Post("text", "first"))
    (ts,) = transport.send(out)
    client(slack).chat_delete(channel=out.channel, ts=ts)
    (new,) = transport.edit(dataclasses.replace(out, post=Post("text", "second")), [ts])
    assert [(m.ts, m.text) for m in thread(you, out)] == [(new, "second")]


def test_what_is_for_one_person_is_seen_by_that_person_alone(
    transport: SlackTransport, slack: WorkspaceServer, you: Person, outgoing: Make
) -> None:
    out = outgoing(Post("notice", "Only you see this.", to_user=you.user_id))
    assert transport.send(out) == []
    (message,) = thread(you, out)
    assert message.raw["is_ephemeral"] is True
    with Person(slack.url, "colleague") as colleague:
        assert thread(colleague, out) == []


def test_a_working_status_is_shown_and_leaves_no_message(
    transport: SlackTransport, you: Person, outgoing: Make, channel: str
) -> None:
    out = outgoing(Post("working", "is reading your files…"))
    assert transport.send(out) == []
    assert you.status(channel, out.thread) == "is reading your files…"
    assert thread(you, out) == []
    assert transport.send(dataclasses.replace(out, thread=None)) == []  # a status has no place outside a thread


def test_files_go_with_their_post_and_a_picture_says_what_it_shows(
    transport: SlackTransport, files: FileStore, you: Person, outgoing: Make
) -> None:
    attachments = (
        Attachment(files.put(PNG), "front.png", "Pareto front", "Accuracy against latency of nine trials"),
        Attachment(files.put(b"# Report"), "report.md", "Search report"),
    )
    out = outgoing(Post("report", "*The winner*", attachments=attachments))
    stamps = transport.send(out)
    message, carrier = thread(you, out)
    assert stamps == [message.ts, carrier.ts]
    assert [(f["name"], f["title"]) for f in carrier.files] == [
        ("front.png", "Pareto front"),
        ("report.md", "Search report"),
    ]
    assert carrier.files[0]["alt_txt"] == "Accuracy against latency of nine trials"
    assert you.download(carrier.files[0]) == PNG


@pytest.mark.parametrize(
    "post",
    [
        Post("report", LONG),  # more than fifty blocks
        Post("notice", "Short.", buttons=(Button("x" * 80, "approve", "v"),)),  # a button's text has 75 characters
    ],
    ids=["long text", "invalid block"],
)
def test_what_no_message_can_hold_goes_as_its_beginning_and_a_file(
    transport: SlackTransport, you: Person, outgoing: Make, post: Post
) -> None:
    out = outgoing(post)
    (ts,) = transport.send(out)
    message, carrier = thread(you, out)
    assert message.ts == ts and message.text.startswith(post.text[:40])
    assert "The whole text is in the file below." in message.text
    assert you.download(carrier.files[0]).decode() == post.text
    assert transport.find("T1", out.channel, ts) == "post_1"


def test_a_second_try_after_a_crash_posts_no_second_message(
    transport: SlackTransport, you: Person, outgoing: Make
) -> None:
    out = outgoing(Post("text", "once"))
    stamps = transport.send(out)
    assert transport.send(dataclasses.replace(out, again=True)) == stamps
    assert len(thread(you, out)) == 1
    other = outgoing(Post("text", "another"), row="post_2", again=True)
    assert transport.send(other) != stamps


def test_the_same_holds_in_a_long_thread_and_outside_threads(
    transport: SlackTransport, slack: WorkspaceServer, you: Person, outgoing: Make
) -> None:
    for number in range(205):
        slack.workspace.post(_words(slack, outgoing(Post("text", "")), f"line {number}"))
    out = outgoing(Post("text", "at the end"))
    stamps = transport.send(out)
    assert transport.send(dataclasses.replace(out, again=True)) == stamps
    assert transport.find("T1", out.channel, stamps[0]) == "post_1"
    outside = dataclasses.replace(out, thread=None, row="post_9")
    first = transport.send(outside)
    assert transport.send(dataclasses.replace(outside, again=True)) == first


def _words(slack: WorkspaceServer, out: Outgoing, text: str) -> object:
    from bot.workspace.workspace import Draft

    return Draft(out.channel, slack.workspace.state.identity.bot_user_id, {"text": text}, thread_ts=out.thread)


def test_a_429_is_waited_out_as_long_as_slack_says(
    transport: SlackTransport, slack: WorkspaceServer, you: Person, outgoing: Make
) -> None:
    slack.workspace.refuse_calls(1, retry_after_s=7)
    with pytest.raises(TryLater) as refusal:
        transport.send(outgoing(Post("text", "patience")))
    assert refusal.value.wait_s == 7
    assert len(transport.send(outgoing(Post("text", "patience")))) == 1


def test_a_wrong_token_waits_for_a_person_to_mend_it(slack: WorkspaceServer, files: FileStore, outgoing: Make) -> None:
    transport = SlackTransport(client(slack, "xoxb-wrong"), files, 0)
    with pytest.raises(TryLater, match="invalid_auth") as refusal:
        transport.send(outgoing(Post("text", "x")))
    assert refusal.value.wait_s == 60


def test_a_channel_that_does_not_exist_is_refused_for_good(transport: SlackTransport, outgoing: Make) -> None:
    with pytest.raises(Refused, match="channel_not_found"):
        transport.send(dataclasses.replace(outgoing(Post("text", "x")), channel="CNOWHERE"))


def test_a_server_that_is_down_is_an_outage(tmp_path: Path, files: FileStore, outgoing: Make) -> None:
    with WorkspaceServer(tmp_path / "gone.db", port=0) as gone:
        transport = SlackTransport(client(gone), files, 0)
    with pytest.raises(TryLater, match="out of reach"):
        transport.send(outgoing(Post("text", "x")))
    with pytest.raises(TryLater):
        transport.edit(outgoing(Post("text", "x")), ["1.0"])


@pytest.fixture
def broken() -> Iterator[str]:
    """A server whose every answer is 503 with an HTML page, as a proxy in trouble gives it."""

    class Page(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = b"<html>upstream connect error</html>"
            self.send_response(503)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/api/"
    server.shutdown()
    server.server_close()


def test_a_proxys_error_page_is_an_outage(broken: str, files: FileStore, outgoing: Make) -> None:
    transport = SlackTransport(WebClient(token="xoxb-x", base_url=broken), files, 0)
    with pytest.raises(TryLater):
        transport.send(outgoing(Post("text", "x")))


def test_a_channel_is_busy_for_its_gap_and_others_are_not(
    slack: WorkspaceServer, files: FileStore, outgoing: Make
) -> None:
    transport = SlackTransport(client(slack), files, messages_per_s=0.001)
    assert transport.busy() == []
    out = outgoing(Post("text", "x"))
    transport.send(out)
    assert transport.busy() == [out.channel]
    unlimited = SlackTransport(client(slack), files, messages_per_s=0)
    unlimited.send(outgoing(Post("text", "y"), row="post_2"))
    assert unlimited.busy() == []


def test_a_method_that_slack_limits_is_left_alone_until_then_in_that_workspace_only(
    slack: WorkspaceServer, transport: SlackTransport, you: Person, outgoing: Make
) -> None:
    first = outgoing(Post("text", "1 of 2"))
    stamps = transport.send(first)
    slack.workspace.refuse_calls(1, retry_after_s=30)
    with pytest.raises(TryLater, match="429"):
        transport.edit(first, stamps)
    with pytest.raises(TryLater, match="patience with chat_update") as asked:
        transport.edit(first, stamps)  # Slack is not asked: it would take the call now
    assert 0 < asked.value.wait_s <= 30
    transport.edit(replace(first, team="T2", post=Post("text", "2 of 2")), stamps)
    assert you.messages(first.channel, first.thread or "")[-1].text == "2 of 2"


def test_a_channel_that_slack_limits_holds_up_no_other(
    slack: WorkspaceServer, transport: SlackTransport, outgoing: Make
) -> None:
    slack.workspace.refuse_calls(1, retry_after_s=30)
    with pytest.raises(TryLater, match="429"):
        transport.send(outgoing(Post("text", "x")))
    assert transport.send(outgoing(Post("text", "y"), row="post_2"))


@pytest.fixture
def live(tmp_path: Path, you: Person, channel: str, root: str) -> Iterator[World]:
    """Neo's own rows in front of the workspace."""
    made = world(tmp_path, FILES)
    with made.store.write() as tx:
        tx.outbox.add_at("T1", channel, root, Post("progress", "1 of 9", data={"share": 0.1}), 1.0)
    yield made
    made.store.close()


def test_an_edit_that_had_to_be_posted_anew_is_the_one_that_later_edits_change(
    live: World, slack: WorkspaceServer, transport: SlackTransport, you: Person, channel: str, root: str
) -> None:
    assert live.neo.deliver(transport)
    with live.store.read() as tx:
        row = tx.outbox.at("T1", channel, you.messages(channel, root)[-1].ts)
    assert row is not None
    client(slack).chat_delete(channel=channel, ts=you.messages(channel, root)[-1].ts)
    for number in (2, 3, 4):
        with live.store.write() as tx:
            tx.outbox.edit(row.id, Post("progress", f"{number} of 9", data={"share": number / 9}), 1.0)
        assert live.neo.deliver(transport)
    assert [m.text for m in you.messages(channel, root)][1:] == ["4 of 9"]


def test_a_reaction_to_a_message_whose_stamp_was_lost_in_a_crash_finds_its_post(
    live: World, transport: SlackTransport, you: Person, channel: str, root: str
) -> None:
    with live.store.write() as tx:
        row = tx.outbox.claim(live.clock())
        assert row is not None
    transport.send(Outgoing(row.id, "T1", channel, root, Post("text", "sent, and then the power went")))  # no stamp
    live.neo.transport = transport
    ts = you.messages(channel, root)[-1].ts
    live.neo.receive(ReactionAdded("Ev1", "T1", channel, ts, you.user_id, "+1"))
    assert live.neo.pump()
    with live.store.read() as tx:
        found = tx.outbox.at("T1", channel, ts)
    assert found is not None and found.id == row.id


def test_an_outage_loses_nothing_and_keeps_the_order(
    live: World, slack: WorkspaceServer, transport: SlackTransport, you: Person, channel: str, root: str
) -> None:
    with live.store.write() as tx:
        tx.outbox.add_at("T1", channel, root, Post("text", "and then"), 2.0)
    slack.workspace.refuse_calls(2, retry_after_s=3)
    assert live.neo.deliver(transport)
    assert not live.neo.deliver(transport), "a later post overtook the one that waits"
    for _ in range(2):
        live.later(4)
        while live.neo.deliver(transport):
            pass
    assert [m.text for m in you.messages(channel, root)][1:] == ["1 of 9", "and then"]
