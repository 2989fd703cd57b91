-- A state file of version 1, as the first workspace wrote it.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE users (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, real_name TEXT NOT NULL, role TEXT NOT NULL,
  is_bot INTEGER NOT NULL DEFAULT 0, color TEXT NOT NULL, created INTEGER NOT NULL);
CREATE TABLE channels (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('channel', 'im')),
  user_id TEXT, creator TEXT NOT NULL, purpose TEXT NOT NULL DEFAULT '', created INTEGER NOT NULL);
CREATE UNIQUE INDEX channel_names ON channels (name) WHERE kind = 'channel';
CREATE UNIQUE INDEX channel_ims ON channels (user_id) WHERE kind = 'im';
CREATE TABLE members (channel_id TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (channel_id, user_id));
CREATE TABLE messages (
  channel_id TEXT NOT NULL, ts TEXT NOT NULL, thread_ts TEXT, user_id TEXT NOT NULL, only_for TEXT,
  body TEXT NOT NULL, PRIMARY KEY (channel_id, ts));
CREATE INDEX message_threads ON messages (channel_id, thread_ts);
CREATE TABLE reactions (
  channel_id TEXT NOT NULL, ts TEXT NOT NULL, name TEXT NOT NULL, user_id TEXT NOT NULL,
  PRIMARY KEY (channel_id, ts, name, user_id));
CREATE TABLE files (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, title TEXT NOT NULL, mimetype TEXT NOT NULL, size INTEGER NOT NULL,
  user_id TEXT NOT NULL, alt_text TEXT NOT NULL DEFAULT '', created INTEGER NOT NULL, upload_key TEXT,
  uploaded INTEGER NOT NULL DEFAULT 0);
CREATE TABLE views (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
  is_open INTEGER NOT NULL DEFAULT 1, updated INTEGER NOT NULL);
CREATE TABLE envelopes (
  id INTEGER PRIMARY KEY AUTOINCREMENT, envelope_id TEXT NOT NULL UNIQUE, payload TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, refusals INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '');
CREATE TABLE statuses (
  channel_id TEXT NOT NULL, thread_ts TEXT NOT NULL, status TEXT NOT NULL, PRIMARY KEY (channel_id, thread_ts));
CREATE TABLE prompts (
  channel_id TEXT NOT NULL, thread_ts TEXT NOT NULL, title TEXT NOT NULL, prompts TEXT NOT NULL,
  PRIMARY KEY (channel_id, thread_ts));
INSERT INTO meta VALUES ('team_id', 'T1'), ('bot_user_id', 'UBOT'), ('bot_token', 'xoxb-old'), ('app_token', 'xapp-old');
INSERT INTO users VALUES ('U1', 'you', 'You', 'owner', 0, '2f6f5e', 1), ('U2', 'colleague', 'Colleague', 'member', 0, '8a5a2b', 1),
  ('U3', 'stranger', 'Stranger', 'member', 0, '6a4c93', 1), ('UBOT', 'neo', 'Neo', 'bot', 1, '3b5bdb', 1);
INSERT INTO channels VALUES ('C1', 'neo-projects', 'channel', NULL, 'U1', 'Start here.', 1), ('C2', 'general', 'channel', NULL, 'U1', '', 1),
  ('D1', '', 'im', 'U1', 'UBOT', '', 1);
INSERT INTO members VALUES ('C1', 'U1'), ('C1', 'UBOT'), ('C2', 'U1'), ('D1', 'U1'), ('D1', 'UBOT');
INSERT INTO messages VALUES ('C1', '1700000000.000001', NULL, 'U1', NULL, '{"text": "kept"}');
INSERT INTO reactions VALUES ('C1', '1700000000.000001', 'eyes', 'U2');
INSERT INTO files VALUES ('F1', 'a.txt', 'a.txt', 'text/plain', 3, 'U1', '', 1, NULL, 1);
INSERT INTO envelopes (envelope_id, payload) VALUES ('e1', '{"event": 1}');
INSERT INTO statuses VALUES ('C1', '1700000000.000001', 'is reading');
PRAGMA user_version = 1;
