"""Mails from their rows to a real server: none lost, none twice but for a kill, and trouble told in the thread."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from pathlib import Path

import pytest
from mail_server import Mailbox, certificate, serving
from world import CHANNEL, OWNER, TEAM, World

from neo.domain.posts import Post
from neo.services import mailing
from neo.store import Store
from neo.store.mails import LEASE_S, MOST_AN_HOUR
from neo.store.tables import ProjectRow
from neo.transports.email import SmtpSender, smtp_address

FROM = "Neo <neo@example.com>"
BODY = {"text": "14 people.", "pictures": [], "headers": {}}


@pytest.fixture
def project(here: World) -> ProjectRow:
    with here.store.write() as tx:
        row = ProjectRow(
            id="prj_1", team=TEAM, channel=CHANNEL, thread="1.0", owner=OWNER, skill="rag", title="The hall",
            stage="live", created_at=1.0, updated_at=1.0,
        )  # fmt: skip
        return tx.projects.add(row)


def write(here: World, count: int, *, to: str = "guard{}@example.com") -> list[str]:
    """Mails, each to an address of its own; their ids."""
    ids = [f"<neo.{number}@example.com>" for number in range(count)]
    with here.store.write() as tx:
        for number, id in enumerate(ids):
            tx.mails.add("prj_1", TEAM, to.format(number), "Hall", BODY, id, here.clock())
    return ids


def statuses(here: World) -> Counter[str]:
    with here.store.read() as tx:
        return Counter(row.status for row in tx.mails.of_project("prj_1"))


def plain(port: int) -> SmtpSender:
    return SmtpSender(smtp_address(f"smtp://127.0.0.1:{port}?tls=none"), FROM, timeout_s=5.0)


def test_what_passes_is_sent_again_and_what_does_not_is_told(here: World, project: ProjectRow) -> None:
    ids, box = write(here, 3), Mailbox(rcpt=["451 later", "550 nobody"])
    with serving(box) as port:
        while here.neo.deliver_mail(plain(port)):
            pass
        assert box.ids() == [ids[2]] and statuses(here) == {"waiting": 1, "failed": 1, "sent": 1}
        here.later(60)
        assert here.neo.deliver_mail(plain(port)) and not here.neo.deliver_mail(plain(port))
    assert box.ids() == [ids[2], ids[0]]
    assert here.said("The mail to guard1@example.com was given up") and here.said("550 nobody")


def test_a_reset_after_the_content_is_sent_again_under_the_same_id(here: World, project: ProjectRow) -> None:
    ids, box = write(here, 1), Mailbox(data=["reset"])
    with serving(box) as port:
        here.neo.deliver_mail(plain(port))
        here.later(60)
        here.neo.deliver_mail(plain(port))
    assert box.ids() == [*ids, *ids] and statuses(here) == {"sent": 1}


def test_a_certificate_that_is_not_good_is_told_once_an_hour_and_no_mail_is_lost(
    here: World, project: ProjectRow, tmp_path: Path
) -> None:
    box, own = Mailbox(), certificate(tmp_path)
    write(here, 4)
    with serving(box, own) as port:
        doubtful = SmtpSender(smtp_address(f"smtp://localhost:{port}"), FROM)
        for _ in range(8):
            while here.neo.deliver_mail(doubtful):
                pass
            here.later(400)
        told = [post for post in here.posts() if "Mails cannot be sent now" in post.text]
        assert len(told) == 1 and "certificate" in told[0].text and box.taken == []
        here.later(900)
        good = SmtpSender(smtp_address(f"smtp://localhost:{port}"), FROM, own.trusted())
        while here.neo.deliver_mail(good):
            pass
    assert len(box.taken) == 4 and statuses(here) == {"sent": 4}


def test_a_mail_that_nobody_takes_for_days_is_given_up_and_told(here: World, project: ProjectRow) -> None:
    write(here, 1)
    with serving(Mailbox(rcpt=["451 later"] * 2)) as port:
        here.neo.deliver_mail(plain(port))
        here.later(mailing.GIVE_UP_S + 1)
        here.neo.deliver_mail(plain(port))
    assert statuses(here) == {"failed": 1} and here.said("for 2 days")


def test_several_who_deliver_send_each_mail_once(here: World, project: ProjectRow) -> None:
    ids, box = write(here, 12), Mailbox()
    with serving(box) as port:

        def deliver() -> None:
            while here.neo.deliver_mail(plain(port)):
                pass

        threads = [threading.Thread(target=deliver) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert Counter(box.ids()) == Counter(ids)


def test_who_slept_past_the_lease_says_nothing_about_a_mail_of_another(here: World, project: ProjectRow) -> None:
    write(here, 1)
    with here.store.write() as tx:
        slow = tx.mails.claim(here.clock())
    here.later(LEASE_S + 1)
    with here.store.write() as tx:
        quick = tx.mails.claim(here.clock())
    assert slow is not None and quick is not None and quick.id == slow.id
    with here.store.write() as tx:
        assert not tx.mails.mark(slow, "failed") and tx.mails.mark(quick, "sent")
    assert statuses(here) == {"sent": 1}


def test_an_hour_has_ten_mails_for_an_address_over_all_that_is_told(here: World, project: ProjectRow) -> None:
    write(here, 15, to="guard@example.com")
    assert statuses(here) == {"waiting": MOST_AN_HOUR, "held": 5}
    assert here.neo.tick("send_mail_digests") == 0
    here.later(3600)
    assert here.neo.tick("send_mail_digests") == 1 and here.neo.tick("send_mail_digests") == 0
    assert statuses(here) == {"waiting": MOST_AN_HOUR + 1, "told": 5}


def _deliver_until_killed(here: World, url: str, port: int, at: float) -> None:
    """In a process of its own: its own connections, the same rows."""
    store = Store(url)
    here.neo.deps.__dict__["store"] = store
    here.clock.at = at
    while here.neo.deliver_mail(plain(port)):
        pass


@pytest.mark.filterwarnings("ignore:This process")
def test_a_delivering_process_that_is_killed_loses_nothing(here: World, project: ProjectRow) -> None:
    ids, box, kills, children = write(here, 30), Mailbox(), 0, list[int]()
    url = str(here.store.url)

    def maybe_kill() -> None:
        """Sometimes between the sending and the marking, sometimes while the next one is on its way."""
        nonlocal kills
        if len(box.taken) in (3, 4, 11, 17, 26):
            kills += 1
            if kills % 2:
                os.kill(children[-1], signal.SIGKILL)  # it never hears that the mail was taken
            else:
                threading.Timer(0.005, os.kill, (children[-1], signal.SIGKILL)).start()

    box.on_data = maybe_kill
    with serving(box) as port:
        for attempt in range(12):
            here.store.engine.dispose()
            at = here.clock() + attempt * (LEASE_S + 1)
            child = os.fork()
            if child == 0:
                try:
                    _deliver_until_killed(here, url, port, at)
                finally:
                    os._exit(0)
            children.append(child)
            os.waitpid(child, 0)
            if statuses(here) == {"sent": len(ids)}:
                break
    assert kills == 5 and statuses(here) == {"sent": len(ids)}
    assert set(box.ids()) == set(ids), "none is lost"
    assert len(box.ids()) - len(ids) <= kills, "and each kill repeats one mail at most, under its own id"


def test_posts_and_mails_do_not_wait_for_each_other(here: World, project: ProjectRow) -> None:
    write(here, 1)
    with here.store.write() as tx:
        tx.outbox.add(tx.projects.get("prj_1"), Post("notice", "hello"), here.clock())
    here.settle()
    assert here.transport.sent[-1].post.text == "hello" and statuses(here) == {"waiting": 1}
