-- What an Eider store holds, format version 3. Run at every start before views.sql, in one transaction; it changes
-- nothing that is already there.
--
-- Tables are the daemon's own and lie in the schema `eider`; callers ask the views of `main`.
--
-- Nothing has an index or a key: a key makes appends wait for checkpoints, and every query that matters bounds
-- `position`, which grows in insert order, so that DuckDB skips the row groups outside the bounds.

CREATE SCHEMA IF NOT EXISTS eider;

-- One row: how to read the file, and the log position up to which it holds everything.
CREATE TABLE IF NOT EXISTS eider.store_state (
  format_version INTEGER NOT NULL,
  persisted_position BIGINT NOT NULL
);
INSERT INTO eider.store_state SELECT 3, 0 WHERE NOT EXISTS (FROM eider.store_state);

-- One row an event. A record of the log can carry several events, which then share its position. `event_rest` is the
-- eider.v1.Event as every reader gets it, without what stands in payload_json and attributes: no text is stored twice.
-- `event_size` is the length of the whole event. Left to choose for itself DuckDB spends most of a load on choosing:
-- with zstd for the wide columns a load takes half the processor time, the file half the room, and reading a run no
-- longer.
CREATE TABLE IF NOT EXISTS eider.events (
  {event_columns},
  position BIGINT,
  event_rest BLOB USING COMPRESSION zstd,
  event_size INTEGER
);

-- One row a run, replaced whenever the run changes.
CREATE TABLE IF NOT EXISTS eider.runs (
  run_id VARCHAR,
  state VARCHAR,
  outcome VARCHAR,
  head_seq BIGINT,
  last_t INTEGER,
  create_time TIMESTAMP,
  close_time TIMESTAMP,
  parent_run_id VARCHAR,
  parent_t INTEGER,
  parent_seq BIGINT,
  root_run_id VARCHAR,
  labels MAP(VARCHAR, VARCHAR),
  cost_usd DOUBLE,
  digest BLOB,
  request_id VARCHAR,
  request_hash BLOB,
  producers BLOB,
  first_position BIGINT,
  last_position BIGINT
);

-- Deleted runs that forks inherit from, and of their events what is inherited; gone with the last such fork. The columns
-- are those of runs and events.
CREATE TABLE IF NOT EXISTS eider.kept_runs AS FROM eider.runs LIMIT 0;
CREATE TABLE IF NOT EXISTS eider.kept_events AS FROM eider.events LIMIT 0;

-- So that no id is used twice: the first 16 bytes of the SHA-256 of each deleted run's id.
CREATE TABLE IF NOT EXISTS eider.deleted_runs (
  id_hash BLOB
);
