"""From what a deployed system observes to the thread, the mails and back: one episode, told once."""

from __future__ import annotations

import email
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from starlette.testclient import TestClient
from watched import DESK, GUARD, PIXEL, RULE, Observing, Service, live, serving
from world import COLLEAGUE, OWNER, TEAM, World

from bot.links import links_app
from neo.app import Neo
from neo.domain.access import Profile
from neo.domain.alerts import AlertState, Observation
from neo.domain.events import AppInstalled, AppRemoved
from neo.domain.posts import Post
from neo.store.alert_tables import MailRow
from neo.store.mails import MOST_AN_HOUR
from neo.transports.mail_folder import MailFolder

PUBLIC = "https://neo.example.com"


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as one:
        yield one


def run(here: World, service: Service, values: Iterable[float | None], every_s: float = 1.0) -> None:
    """A look for each value; None is one in which nothing was observed."""
    for value in values:
        here.later(every_s)
        if value is not None:
            service.see(here.clock(), value)
        here.work("watch")


def alerts(here: World) -> list[Post]:
    return [post for post in here.posts() if post.kind == "alert"]


def mails(here: World) -> list[MailRow]:
    with here.store.read() as tx:
        return list(tx.mails.of_project(here.project().id))


def delivered(here: World, folder: Path) -> list[EmailMessage]:
    sender = MailFolder(folder, here.neo.deps.policy.mail_from)
    while here.neo.deliver_mail(sender):
        pass
    read = [email.message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.glob("*.eml"))]
    return [one for one in read if isinstance(one, EmailMessage)]


def test_an_episode_is_one_thread_of_mails_and_a_post_with_its_picture(
    here: World, service: Service, tmp_path: Path
) -> None:
    live(here, service)
    run(here, service, [*[5.0] * 5, *[14.0] * 6, *[3.0] * 35])
    told = alerts(here)
    assert [post.data["notice"] for post in told] == ["firing", "resolved"]
    assert "hall: 14 people, more than 10 people since" in told[0].text and "cleared" in told[1].text
    (picture,) = told[0].attachments
    assert here.neo.deps.files.get(picture.address) == PIXEL and picture.alt_text == "hall with many people"
    assert [button.action for button in told[0].buttons] == ["alert_ack", "alert_mute_1h", "alert_mute_day"]
    assert not told[1].buttons and not told[1].attachments

    got = [one for one in delivered(here, tmp_path / "mail") if one["To"] == GUARD]
    first, last = sorted(got, key=lambda one: str(one["Subject"]).startswith("Re:"))
    assert first["Subject"] == "hall: more than 10 people" and last["Subject"] == f"Re: {first['Subject']}"
    assert last["In-Reply-To"] == last["References"] == first["Message-ID"] != last["Message-ID"]
    plain = first.get_body(("plain",))
    assert plain is not None and "buttons in the project's thread" in plain.get_content(), "no public address: no link"
    assert any(part.get_content_type() == "image/png" for part in first.walk())
    assert {row.recipient for row in mails(here)} == {GUARD, DESK} and {row.status for row in mails(here)} == {"sent"}


def test_what_was_observed_while_neo_was_away_is_told_and_nothing_twice(here: World, service: Service) -> None:
    live(here, service)
    run(here, service, [5.0] * 5)
    for second in range(600):
        service.see(here.clock() + second + 1, 20.0 if 100 <= second < 200 else 0.0)
    here.later(600)
    here.work("watch")
    assert [post.data["notice"] for post in alerts(here)] == ["firing", "resolved"]
    run(here, service, [0.0] * 5)
    assert len(alerts(here)) == 2
    assert service.asked_after[-1] > here.clock() - 20, "only what is new is asked for"
    with here.store.read() as tx:
        rows = tx.alerts.observed(here.project().id, 0.0, here.clock() + 60)
    assert sum(row.count for row in rows) == 610 and max(row.highest for row in rows) == 20


def test_a_service_that_is_away_is_told_once_and_one_mail_says_that_nothing_is_seen(
    here: World, service: Service
) -> None:
    live(here, service)
    for series in ("hall", "door"):
        service.see(here.clock(), 5.0, series)
    run(here, service, [5.0] * 3)
    service.away = True
    run(here, service, [None] * 18, every_s=5)
    (lost,) = alerts(here)
    assert lost.data["notice"] == "offline" and "door, hall" in lost.text
    assert [button.action for button in lost.buttons] == ["alert_mute_1h", "alert_mute_day"]
    service.away = False
    for second in range(5):
        service.see(here.clock() + second, 5.0, "door")
    run(here, service, [5.0] * 5)
    assert [post.data["notice"] for post in alerts(here)] == ["offline", "back"]
    to_guard = [row for row in mails(here) if row.recipient == GUARD]
    assert [row.subject for row in to_guard] == ["Nothing is seen of door, hall", "Re: Nothing is seen of door, hall"]
    assert to_guard[1].body["headers"]["In-Reply-To"] == to_guard[0].message_id


def test_two_rules_over_one_series_tell_two_breaches_and_one_silence(here: World, service: Service) -> None:
    crush = replace(RULE, name="crush", over=30.0, clear_at=25.0)
    live(here, service, Observing((RULE, crush), (GUARD,)))
    run(here, service, [40.0] * 6)
    assert [post.data["subject"] for post in alerts(here)] == ["hall: more than 10 people", "hall: more than 30 people"]
    run(here, service, [None] * 12, every_s=5)
    run(here, service, [40.0] * 2)
    assert [post.data["notice"] for post in alerts(here)][2:] == ["offline", "back"]
    assert len(mails(here)) == 4


def test_an_alert_does_not_wait_for_a_picture_that_cannot_be_had(here: World, service: Service) -> None:
    class Broken(Observing):
        def picture(self, url: str, series: str, at: float) -> tuple[bytes, str] | None:
            raise ValueError("no such frame")

    live(here, service, Broken())
    run(here, service, [14.0] * 6)
    (told,) = alerts(here)
    assert told.data["notice"] == "firing" and not told.attachments and len(mails(here)) == 2


def test_an_alert_is_acknowledged_by_its_button(here: World, service: Service) -> None:
    live(here, service, Observing((replace(RULE, repeat_s=60.0),)))
    run(here, service, [14.0] * 10)
    ack = alerts(here)[0].buttons[0]
    here.press(ack.action, ack.value, user=COLLEAGUE)
    assert here.said(f"<@{COLLEAGUE}> has seen the alert of hall")
    run(here, service, [14.0] * 26, every_s=5)
    assert len(alerts(here)) == 1
    here.press(ack.action, ack.value)
    assert sum("has seen the alert" in post.text for post in here.posts()) == 1


def test_only_who_may_steer_the_project_mutes_it(here: World, service: Service) -> None:
    live(here, service, Observing((replace(RULE, repeat_s=60.0),)))
    run(here, service, [14.0] * 10)
    mute = alerts(here)[0].buttons[1]
    here.press(mute.action, mute.value, user=COLLEAGUE)
    assert "You may not mute" in here.transport.sent[-1].post.text
    run(here, service, [14.0] * 14, every_s=5)
    assert [post.data["notice"] for post in alerts(here)] == ["firing", "still"]
    here.press(mute.action, mute.value)
    assert here.said("has muted hall until")
    run(here, service, [*[14.0] * 20, *[0.0] * 20], every_s=5)
    assert len(alerts(here)) == 2
    here.later(3600)
    run(here, service, [0.0] * 2)
    assert "resolved" in [post.data["notice"] for post in alerts(here)]


def test_mute_until_tomorrow_ends_in_the_morning_of_the_owner(here: World, service: Service) -> None:
    live(here, service)
    run(here, service, [14.0] * 10)
    mute = alerts(here)[0].buttons[2]
    here.press(mute.action, mute.value)
    assert here.said("until 08:00:00 on")


def links_in(here: World, folder: Path) -> dict[str, str]:
    plain = delivered(here, folder)[0].get_body(("plain",))
    assert plain is not None
    lines = [line.split(": ") for line in plain.get_content().splitlines() if PUBLIC in line]
    return {what: address.removeprefix(PUBLIC) for _, what, address in lines}


def test_links_of_a_mail_ask_first_and_a_scanner_that_follows_them_changes_nothing(
    here: World, service: Service, tmp_path: Path
) -> None:
    live(here, service, public_url=PUBLIC)
    run(here, service, [14.0] * 10)
    ways = links_in(here, tmp_path / "mail")
    assert set(ways) == {"acknowledge", "mute for an hour", "mute until tomorrow"}
    page = TestClient(links_app(here.store, tmp_path, here.clock))
    for way in ways.values():
        assert page.get(way).status_code == 200 and '<form method="post">' in page.get(way).text
        assert page.head(way).status_code == 200
    before = [post.text for post in here.posts()]
    assert not any("muted" in text or "has seen" in text for text in before)
    assert "You have muted hall" in page.post(ways["mute for an hour"]).text
    assert "somebody did this before" in page.post(ways["mute for an hour"]).text
    assert here.said("Somebody with the link of the mail has muted hall")
    assert "You have seen the alert" in page.post(ways["acknowledge"]).text
    assert (tmp_path / "links.key").stat().st_mode & 0o077 == 0


def test_links_that_are_changed_old_or_of_a_workspace_that_is_gone(
    here: World, service: Service, tmp_path: Path
) -> None:
    live(here, service, public_url=PUBLIC)
    run(here, service, [14.0] * 10)
    way = links_in(here, tmp_path / "mail")["mute for an hour"]
    page = TestClient(links_app(here.store, tmp_path, here.clock))
    body, _, signature = way.partition(".")
    wrong = [f"{body[:-1]}{'A' if body[-1] != 'A' else 'B'}.{signature}", f"{body}.{signature[:-1]}", body, "/alerts/x"]
    assert [page.post(one).status_code for one in wrong] == [404] * 4
    here.neo.receive(AppRemoved("gone", TEAM, "removed"))
    here.settle()
    assert page.post(way).status_code == 403
    here.neo.receive(AppInstalled("back", TEAM, "T"))
    here.settle()
    assert page.post(way).status_code == 200
    here.later(8 * 86_400)
    old = page.get(way)
    assert old.status_code == 403 and "too old" in old.text and old.headers["referrer-policy"] == "no-referrer"


def test_ten_mails_an_hour_then_one_that_names_all_the_others(here: World, service: Service, tmp_path: Path) -> None:
    live(here, service, Observing(recipients=(GUARD,)))
    for number in range(14):
        for second in range(5):
            service.see(here.clock() + second, 20.0, f"hall {number}")
    here.later(6)
    here.work("watch")
    assert len(alerts(here)) == 14, "the thread has them all"
    assert [row.status for row in mails(here)].count("held") == 4
    for minute in range(0, 60, 2):
        here.later(120)
        here.neo.tick("send_mail_digests")
        assert (len(delivered(here, tmp_path / "mail")) == MOST_AN_HOUR) is (minute < 58)
    (digest,) = [row for row in mails(here) if "held back" in row.subject]
    held = [row for row in mails(here) if row.status == "told"]
    assert all(str(row.body["text"]).splitlines()[0] in digest.body["text"] for row in held) and len(held) == 4


def test_mails_of_a_workspace_that_removed_neo_are_not_sent(here: World, service: Service, tmp_path: Path) -> None:
    live(here, service)
    run(here, service, [14.0] * 10)
    here.neo.receive(AppRemoved("gone", TEAM, "removed"))
    here.settle()
    assert delivered(here, tmp_path / "mail") == []
    assert {row.status for row in mails(here)} == {"failed"}
    with here.store.write() as tx:
        project = tx.projects.get(here.project().id)
        tx.mails.add(project.id, TEAM, GUARD, "late", {"text": "", "pictures": [], "headers": {}}, "<a@b>", 1.0)
    assert delivered(here, tmp_path / "mail") == [], "nor one that was written a moment later"


def test_an_address_that_is_none_is_told_in_the_thread(here: World, service: Service, tmp_path: Path) -> None:
    live(here, service, Observing(recipients=("guard@example.com\nBcc: all@example.com", DESK)))
    run(here, service, [14.0] * 10)
    assert len(delivered(here, tmp_path / "mail")) == 1
    assert here.said("an address that is none was given up")


def test_a_project_that_observes_nothing_is_watched_as_ever(here: World, service: Service) -> None:
    live(here, service, Observing(rules=()))
    for _ in range(30):
        here.later(1)
        here.work("watch")
    assert service.asked_after == [] and alerts(here) == []


def test_the_service_is_probed_no_more_often_than_any_other(here: World, service: Service) -> None:
    live(here, service)
    run(here, service, [5.0] * 40)
    with here.store.read() as tx:
        row = tx.deployments.current(here.project().id)
    assert row is not None and 2 <= len(row.probes) <= 4 and len(service.asked_after) == 40
    assert httpx.get(service.url).status_code == 200 and row.status == "up" and here.project().owner == OWNER


def days_of_observations(here: World, start: float) -> None:
    """A day in which the hall was full once, a minute apart; nobody saw anything in one of its hours."""
    with here.store.write() as tx:
        rows = [
            Observation("hall", 14.0 if minute == 723 else 4.0, start + 60 * minute)
            for minute in range(1440)
            if not 180 <= minute < 240
        ]
        tx.alerts.note(here.project().id, rows)
        tx.alerts.keep(here.project().id, RULE.name, "hall", AlertState(at=rows[-1].at))


def pictures(here: World) -> list[Post]:
    return [post for post in here.posts() if post.text.startswith("*Yesterday")]


def test_a_picture_of_yesterday_comes_at_eight_of_the_owners_clock_until_it_is_silenced(
    here: World, service: Service
) -> None:
    here.transport.people[OWNER] = Profile(team=TEAM, tz="America/New_York", known=True)
    midnight = datetime(2026, 3, 8, tzinfo=ZoneInfo("America/New_York")).timestamp()  # a day of 23 hours
    here.clock.at = midnight
    here.neo = Neo(here.neo.deps, here.transport)
    live(here, service)
    with here.store.write() as tx:
        tx.people.keep_profile(TEAM, OWNER, here.transport.people[OWNER], here.clock())
    days_of_observations(here, midnight)
    here.clock.at = midnight + 23 * 3600 + 7.9 * 3600
    assert here.neo.tick("send_daily_pictures") == 0
    for _ in range(5):
        here.later(600)
        here.neo.tick("send_daily_pictures")
    (post,) = pictures(here)
    assert "hall: 4.0 on average, at most 14 at 13:03; seen in 1320 minutes" in post.text
    (file,) = post.attachments
    assert here.neo.deps.files.get(file.address).startswith(b"\x89PNG") and "at most 14" in file.alt_text
    here.settle()
    here.press(post.buttons[0].action, post.buttons[0].value)
    assert here.transport.sent[-1].post.text == "Understood: no more daily pictures of this project."
    days_of_observations(here, midnight + 23 * 3600)
    here.later(86_400)
    assert here.neo.tick("send_daily_pictures") == 0 and len(pictures(here)) == 1


def test_the_picture_of_an_alert_and_old_minutes_are_forgotten(here: World, service: Service, tmp_path: Path) -> None:
    live(here, service)
    run(here, service, [14.0] * 6)
    (picture,) = alerts(here)[0].attachments
    path = here.neo.deps.files.path(picture.address)
    here.later(2 * 86_400)
    here.neo.tick("send_daily_pictures")
    assert path.exists(), "a mail that shows it still waits"
    assert any(part.get_content_type() == "image/png" for one in delivered(here, tmp_path / "m") for part in one.walk())
    here.settle()
    here.neo.tick("send_daily_pictures")
    here.settle()
    here.neo.tick("send_daily_pictures")
    assert not path.exists()
    here.later(60 * 86_400)
    here.neo.tick("send_daily_pictures")
    with here.store.read() as tx:
        assert not tx.alerts.observed(here.project().id, 0.0, here.clock())
