"""Named queries: the outbox, and the messages that carry its posts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, func, literal
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from neo.domain.posts import SURFACES, Post
from neo.store.places import Place, among
from neo.store.tables import LeaseRow, MessageRow, PostRow, ProjectRow, new_id

LEASE_S = 60.0
_OPEN = ("waiting", "sending")
_STATUSES = (*_OPEN, "sent", "failed")  # all of them: named, so that the index by status and channel serves
_THREAD_AT = (
    select(PostRow.thread)
    .join(MessageRow, col(MessageRow.post) == PostRow.id)
    .where(MessageRow.team == bindparam("t"), MessageRow.channel == bindparam("c"), MessageRow.ts == bindparam("s"))
)


class Outbox:
    """Queries on posts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self, project: ProjectRow, post: Post, now: float, *, document: str | None = None, answer: str | None = None
    ) -> PostRow:
        """Say something in a project's thread.

        Args:
            document: The document that the post shows, so that an emoji on it is understood.
            answer: The answer that the post gives, likewise.
        """
        row = self._row(project.team, project.channel, project.thread, post, now)
        row.project, row.document, row.answer = project.id, document, answer
        return self._keep(row)

    def add_at(self, team: str, channel: str, thread: str | None, post: Post, now: float) -> PostRow:
        """Say something outside any project."""
        return self._keep(self._row(team, channel, thread, post, now))

    @staticmethod
    def _row(team: str, channel: str, thread: str | None, post: Post, now: float) -> PostRow:
        return PostRow(
            id=new_id("post"), team=team, channel=channel, thread=thread, body=post.to_json(), created_at=now
        )

    def _keep(self, row: PostRow) -> PostRow:
        self._session.add(row)
        self._session.flush()
        return row

    def edit(self, original: str, post: Post, now: float) -> PostRow:
        """Replace what a post says, in place; an edit that was not sent yet is replaced itself."""
        pending = select(PostRow).where(PostRow.edits == original, PostRow.status == "waiting")
        row = self._session.exec(pending).first()
        if row is not None:
            row.body, row.spoken = post.to_json(), {}
            self._session.add(row)
            return row
        first = self.get(original)
        row = self._row(first.team, first.channel, first.thread, post, now)
        row.project, row.edits = first.project, original
        return self._keep(row)

    def get(self, id: str) -> PostRow:
        """The post with this id; raises LookupError when there is none."""
        row = self._session.exec(select(PostRow).where(PostRow.id == id)).first()
        if row is None:
            raise LookupError(f"no post {id}")
        return row

    def claim(self, now: float, busy: Iterable[str] = (), gap_s: float = 0.0) -> PostRow | None:
        """The next post of a channel in which nothing earlier is open, leased to the caller.

        Args:
            busy: Channels that are not to be served now, such as those at their rate limit.
            gap_s: Seconds between two messages of a workspace's channel, whichever process sends them.
        """
        earlier = aliased(PostRow)
        blocked = (
            select(earlier.seq)
            .where(earlier.team == PostRow.team, earlier.channel == PostRow.channel)
            .where(col(earlier.seq) < PostRow.seq, col(earlier.status).in_(_OPEN))
        )
        free = (col(PostRow.status) == "waiting") | (
            (col(PostRow.status) == "sending") & (col(PostRow.lease_until) < now)
        )
        query = select(PostRow).where(free, col(PostRow.not_before) <= now, col(PostRow.channel).not_in(list(busy)))
        query = query.where(~blocked.exists())
        if gap_s:
            turn = literal("channel:").concat(PostRow.team).concat(":").concat(PostRow.channel)
            query = query.where(~select(LeaseRow.name).where(LeaseRow.name == turn, LeaseRow.until > now).exists())
        query = query.order_by(col(PostRow.seq)).limit(1)
        row = self._session.exec(query.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        row.status, row.lease_until, row.attempts = "sending", now + LEASE_S, row.attempts + 1
        self._session.add(row)
        if gap_s and row.body["kind"] not in SURFACES:
            self._session.merge(LeaseRow(name=f"channel:{row.team}:{row.channel}", holder="sender", until=now + gap_s))
        return row

    def speak(self, claimed: PostRow, spoken: Post, now: float) -> bool:
        """Keep how a post is said, so that every try says the same; the lease begins anew.

        Returns:
            False when another process has claimed the post meanwhile; then nothing is changed.
        """
        row = self.get(claimed.id)
        if row.status != "sending" or row.attempts != claimed.attempts:
            return False
        row.spoken, row.lease_until = spoken.to_json(), now + LEASE_S
        self._session.add(row)
        return True

    def has_said(self, project: str, words: str) -> bool:
        """Whether a post of a project, as it was said in the person's language, has these words."""
        said = col(PostRow.spoken)["text"].as_string().contains(words, autoescape=True)
        return self._session.exec(select(PostRow.seq).where(PostRow.project == project, said)).first() is not None

    def sent(self, id: str, stamps: Sequence[str]) -> None:
        """Mark a post as sent and keep the timestamps of the messages that carry it."""
        row = self.get(id)
        row.status, row.error = "sent", ""
        self._session.add(row)
        for part, ts in enumerate(stamps):
            key = MessageRow(team=row.team, channel=row.channel, ts=ts, post=row.edits or row.id, part=part)
            self._session.merge(key)

    def put_back(self, id: str, not_before: float, error: str) -> None:
        """Try a post again later."""
        row = self.get(id)
        row.status, row.not_before, row.error = "waiting", not_before, error
        self._session.add(row)

    def failed(self, id: str, error: str) -> None:
        """Give a post up; the error stays with it."""
        row = self.get(id)
        row.status, row.error = "failed", error
        self._session.add(row)

    def stamps(self, post: str) -> list[str]:
        """The timestamps of the messages that carry a post, first part first, a newer message before an older."""
        query = select(MessageRow).where(MessageRow.post == post)
        query = query.order_by(col(MessageRow.part), col(MessageRow.ts).desc())
        return [row.ts for row in self._session.exec(query).all()]

    def at(self, team: str, channel: str, ts: str) -> PostRow | None:
        """The post that the message at *ts* carries; None when the message is not Neo's, or not stamped yet."""
        row = self._session.get(MessageRow, (team, channel, ts))
        return self.get(row.post) if row is not None else None

    def threads_at(self, places: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], str]:
        """The threads of the posts at these places (team, channel, timestamp), where there are posts in threads."""
        connection = self._session.connection()
        found = {
            place: connection.execute(_THREAD_AT, dict(zip("tcs", place, strict=True))).scalar() for place in places
        }
        return {place: thread for place, thread in found.items() if thread}

    def messages_at(self, places: Collection[Place]) -> set[Place]:
        """Those of these places (team, channel, timestamp) at which a message of Neo's is known."""
        if not places:
            return set()
        columns = (MessageRow.team, MessageRow.channel, MessageRow.ts)
        query = select(*columns).where(among(places, *columns))
        return set(self._session.exec(query)) & set(places)

    def unsure_channels(self, channels: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of these channels (team, channel) where a message may stand of which the timestamp was not kept.

        That is so while a post is being sent, and when a first try to send one was not seen to its end.
        """
        if not channels:
            return set()
        tried = (col(PostRow.status) == "sending") | ((col(PostRow.status) == "waiting") & (col(PostRow.attempts) > 0))
        unstamped = ~select(MessageRow.ts).where(MessageRow.post == PostRow.id).exists()
        # A line to one person, and what is no message, never have a timestamp.
        stamps = (PostRow.body["to_user"].as_string() == "") & PostRow.body["kind"].as_string().not_in(SURFACES)
        lost = (col(PostRow.attempts) > 1) & col(PostRow.edits).is_(None) & unstamped & stamps
        query = select(PostRow.team, PostRow.channel).where(col(PostRow.status).in_(_STATUSES))
        query = query.where(col(PostRow.channel).in_(sorted({channel for _, channel in channels})))
        query = query.where(tried | lost).distinct()
        return set(self._session.exec(query)) & set(channels)

    def stamp(self, post: str, ts: str) -> None:
        """Keep a message found by its metadata, after a crash between sending and stamping."""
        row = self.get(post)
        self._session.merge(MessageRow(team=row.team, channel=row.channel, ts=ts, post=row.edits or row.id))

    def of_project(self, project: str) -> Sequence[PostRow]:
        """What Neo said in a project, in order, edits included."""
        return self._session.exec(select(PostRow).where(PostRow.project == project).order_by(col(PostRow.seq))).all()

    def open_of(self, project: str) -> int:
        """How many posts of a project wait to be sent."""
        query = select(func.count()).select_from(PostRow)
        return self._session.exec(query.where(PostRow.project == project, col(PostRow.status).in_(_OPEN))).one()

    def open_count(self) -> int:
        """How many posts wait to be sent."""
        query = select(func.count()).select_from(PostRow).where(col(PostRow.status).in_(_OPEN))
        return self._session.exec(query).one()


def body_of(row: PostRow) -> Post:
    """The post that a row holds."""
    body: dict[str, Any] = row.body
    return Post.from_json(body)
