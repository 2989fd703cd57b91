"""Which sample each payload is held against, and what stands in where Slack's samples are older than the thing."""

from __future__ import annotations

from typing import Any

# Newer than the samples: what the documentation says of their answers.
NO_SAMPLE: dict[str, dict[str, Any]] = {
    "agents.sessions.setStatus": {"ok": True, "status": "processing", "title": ""},
    "agents.sessions.rename": {"ok": True, "title": "Handbooks"},
}

EVENT_SAMPLES = {
    "message": "MessagePayload",
    "message/file_share": "MessageFileSharePayload",
    "message/message_changed": "MessageChangedPayload",
    "message/message_deleted": "MessageDeletedPayload",
    "app_mention": "AppMentionPayload",
    "reaction_added": "ReactionAddedPayload",
    "reaction_removed": "ReactionRemovedPayload",
    "file_shared": "FileSharedPayload",
    "app_home_opened": "AppHomeOpenedPayload",
    "member_joined_channel": "MemberJoinedChannelPayload",
    "member_left_channel": "MemberLeftChannelPayload",
    "channel_left": "ChannelLeftPayload",
    "channel_rename": "ChannelRenamePayload",
    "channel_archive": "ChannelArchivePayload",
    "channel_unarchive": "ChannelUnarchivePayload",
    "group_rename": "GroupRenamePayload",
    "group_archive": "GroupArchivePayload",
    "group_unarchive": "GroupUnarchivePayload",
    "tokens_revoked": "TokensRevokedPayload",
    "app_uninstalled": "AppUninstalledPayload",
}
# Newer than the samples: the keys that the documentation shows.
DOCUMENTED = {
    "agent_session_stopped": {"type", "channel", "thread_ts", "user", "streaming_message_ts", "event_ts"},
}
BACKEND_SAMPLES = {
    "message_action": "interactive-components/MessageShortcutPayload",
    "block_actions": "interactive-components/BlockActionPayload",
    "view_submission": "views/ViewSubmissionPayload",
    "view_closed": "views/ViewClosedPayload",
    "slash_commands": "slash-commands/SlashCommandPayload",
}
