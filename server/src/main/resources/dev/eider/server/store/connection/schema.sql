-- What an Eider store holds, format version 2. Run at every start, in one transaction; it changes nothing that is
-- already there but the views.
--
-- Nothing has an index or a key: a key makes appends wait for checkpoints, and every query that matters bounds
-- `position`, which grows in insert order, so that DuckDB skips the row groups outside the bounds.

-- One row: how to read the file, and the log position up to which it holds everything.
CREATE TABLE IF NOT EXISTS store_state (
  format_version INTEGER NOT NULL,
  persisted_position BIGINT NOT NULL
);
INSERT INTO store_state SELECT 2, 0 WHERE NOT EXISTS (FROM store_state);

-- One row an event. A record of the log can carry several events, which then share its position. `event_rest` is the
-- eider.v1.Event as every reader gets it, without what stands in payload_json: no text is stored twice. `event_size` is
-- the length of the whole event. Left to choose for itself DuckDB spends most of a load on choosing: with zstd for both
-- wide columns a load takes half the processor time, the file half the room, and reading a run no longer. The last three
-- are what is aggregated most, out of payload_json: NULL for other kinds, which takes next to no room.
CREATE TABLE IF NOT EXISTS events (
  position BIGINT,
  run_id VARCHAR,
  seq BIGINT,
  agent_id VARCHAR,
  t INTEGER,
  kind VARCHAR,
  payload_json VARCHAR USING COMPRESSION zstd,
  ts TIMESTAMP,
  schema_version INTEGER,
  event_rest BLOB USING COMPRESSION zstd,
  event_size INTEGER,
  metric_name VARCHAR,
  metric_value DOUBLE,
  cost_usd DOUBLE
);
COMMENT ON TABLE events IS 'one row an event, ts is UTC; ORDER BY seq within a run';

-- One row a run, replaced whenever the run changes.
CREATE TABLE IF NOT EXISTS runs (
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
COMMENT ON TABLE runs IS
  'one row a run: state open or closed; outcome completed, failed or abandoned once closed; times are UTC';

-- Deleted runs that forks inherit from, and of their events what is inherited; gone with the last such fork. The columns
-- are those of runs and events.
CREATE TABLE IF NOT EXISTS kept_runs AS FROM runs LIMIT 0;
CREATE TABLE IF NOT EXISTS kept_events AS FROM events LIMIT 0;

-- So that no id is used twice: the first 16 bytes of the SHA-256 of each deleted run's id.
CREATE TABLE IF NOT EXISTS deleted_runs (
  id_hash BLOB
);

CREATE OR REPLACE VIEW turns AS
SELECT
  run_id, seq, agent_id, t, ts,
  CAST(payload_json ->> '$.turn_num' AS INTEGER) AS turn_num,
  nullif(payload_json -> '$.snapshot', 'null') AS snapshot,
  payload_json ->> '$.profile_name' AS profile_name
FROM events
WHERE kind = 'turn_start';
COMMENT ON VIEW turns IS 'one row a turn_start; snapshot is NULL where the turn cannot be forked';

CREATE OR REPLACE VIEW observations AS
SELECT
  run_id, seq, agent_id, t, ts,
  CAST(payload_json ->> '$.entity_count' AS INTEGER) AS entity_count,
  CAST(payload_json -> '$.classes' AS VARCHAR[]) AS classes
FROM events
WHERE kind = 'observation';
COMMENT ON VIEW observations IS 'one row an observation';

-- The windows partition by what people filter on, so that a filter on the view reaches the table.
CREATE OR REPLACE VIEW llm_calls AS
SELECT
  run_id, seq, agent_id, t, ts, prompt_seq, prompt_ts, state_summary,
  payload_json ->> '$.reasoning' AS reasoning,
  payload_json -> '$.actions' AS actions,
  CAST(json_array_length(payload_json, '$.actions') AS INTEGER) AS action_count,
  cost_usd
FROM (
  SELECT
    *,
    last_value(if(kind = 'llm_prompt', seq, NULL) IGNORE NULLS) OVER earlier AS prompt_seq,
    last_value(if(kind = 'llm_prompt', ts, NULL) IGNORE NULLS) OVER earlier AS prompt_ts,
    last_value(if(kind = 'llm_prompt', payload_json ->> '$.state_summary', NULL) IGNORE NULLS) OVER earlier
      AS state_summary
  FROM events
  WHERE kind IN ('llm_prompt', 'llm_response')
  WINDOW earlier AS (
    PARTITION BY run_id, agent_id, t ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
WHERE kind = 'llm_response';
COMMENT ON VIEW llm_calls IS
  'one row an llm_response, with the last llm_prompt before it of the same agent and turn (NULL when there is none)';

CREATE OR REPLACE VIEW actions AS
SELECT
  run_id, seq, agent_id, t, ts, index_in_turn,
  nullif(payload_json -> '$.action', 'null') AS action,
  if(next_kind = 'action_result', next_seq, NULL) AS result_seq,
  if(next_kind = 'action_result', next_json ->> '$.action_type', NULL) AS action_type,
  if(next_kind = 'action_result', CAST(next_json ->> '$.state_changed' AS BOOLEAN), NULL) AS state_changed
FROM (
  SELECT
    *,
    lead(kind) OVER following AS next_kind,
    lead(seq) OVER following AS next_seq,
    lead(payload_json) OVER following AS next_json
  FROM (
    SELECT *, CAST(payload_json ->> '$.index_in_turn' AS INTEGER) AS index_in_turn
    FROM events
    WHERE kind IN ('action', 'action_result')
  )
  WINDOW following AS (PARTITION BY run_id, agent_id, t, index_in_turn ORDER BY seq)
)
WHERE kind = 'action';
COMMENT ON VIEW actions IS
  'one row an action, with the action_result that follows it at the same agent, turn and index (NULL before it comes)';

CREATE OR REPLACE VIEW metrics AS
SELECT
  run_id, seq, agent_id, t, ts,
  metric_name AS name,
  metric_value AS value
FROM events
WHERE kind = 'metric';
COMMENT ON VIEW metrics IS 'one row a metric';

CREATE OR REPLACE VIEW mutations AS
SELECT
  run_id, seq, agent_id, t, ts,
  payload_json ->> '$.before_summary' AS before_summary,
  payload_json ->> '$.after_summary' AS after_summary,
  payload_json ->> '$.reason' AS reason
FROM events
WHERE kind = 'world_mutation';
COMMENT ON VIEW mutations IS 'one row a world_mutation';

CREATE OR REPLACE VIEW forks AS
SELECT
  runs.run_id, runs.parent_run_id, runs.parent_t, runs.parent_seq, runs.root_run_id, runs.create_time,
  events.payload_json ->> '$.mutation_summary' AS mutation_summary
FROM runs
LEFT JOIN events
  ON events.run_id = runs.run_id AND events.seq = 1 AND events.kind = 'fork'
WHERE runs.parent_run_id IS NOT NULL;
COMMENT ON VIEW forks IS 'one row a forked run: where it comes from and what was changed';

CREATE OR REPLACE VIEW run_costs AS
SELECT
  run_id, agent_id,
  count(*) AS llm_calls,
  sum(cost_usd) AS cost_usd
FROM events
WHERE kind = 'llm_response'
GROUP BY run_id, agent_id;
COMMENT ON VIEW run_costs IS 'one row a run and agent with llm_responses; the sum over a run is runs.cost_usd';

CREATE OR REPLACE VIEW leaderboard AS
SELECT
  name,
  rank() OVER (PARTITION BY name ORDER BY value DESC) AS rank,
  run_id, agent_id, value, t, seq
FROM (
  SELECT name, run_id, agent_id, arg_max(value, seq) AS value, arg_max(t, seq) AS t, max(seq) AS seq
  FROM metrics
  GROUP BY name, run_id, agent_id
);
COMMENT ON VIEW leaderboard IS
  'the last value of each metric by run and agent, ranked within the metric, largest first; equal values share a rank';

-- A child inherits what its parent's timeline holds before the forked turn_start, to any depth; also of a parent that is
-- deleted.
CREATE OR REPLACE VIEW timeline AS
WITH RECURSIVE lineage AS (
  SELECT
    run_id, 0 AS depth, run_id AS source_run_id, head_seq AS until_seq, parent_run_id, parent_seq
  FROM runs
  UNION ALL
  SELECT
    lineage.run_id, lineage.depth + 1, ancestors.run_id, lineage.parent_seq - 1, ancestors.parent_run_id,
    ancestors.parent_seq
  FROM lineage
  JOIN (
    SELECT run_id, parent_run_id, parent_seq FROM runs
    UNION ALL
    SELECT run_id, parent_run_id, parent_seq FROM kept_runs
  ) AS ancestors ON ancestors.run_id = lineage.parent_run_id
)
SELECT
  lineage.run_id,
  row_number() OVER (PARTITION BY lineage.run_id ORDER BY lineage.depth DESC, events.seq) AS ordinal,
  lineage.depth, lineage.source_run_id, events.seq, events.agent_id, events.t, events.kind, events.payload_json,
  events.ts, events.schema_version
FROM lineage
JOIN (FROM events UNION ALL FROM kept_events) AS events ON events.run_id = lineage.source_run_id AND events.seq <= lineage.until_seq;
COMMENT ON VIEW timeline IS
  'a run with what it inherits: ORDER BY ordinal; source_run_id and seq say where an event stands; depth 0 is its own';
