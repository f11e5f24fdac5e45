-- What callers ask: in the store, and the same in every exported file. Views are made anew at every start.
--
-- DuckDB 1.5 has to be able to open them: `if(...)` is stored as a function that it does not have.

CREATE OR REPLACE VIEW main.runs AS
SELECT
  run_id, state, outcome, head_seq, last_t, create_time, close_time, parent_run_id, parent_t, parent_seq, root_run_id,
  labels, cost_usd, digest
FROM eider.runs;
COMMENT ON VIEW main.runs IS
  'one row a run: state open or closed; outcome completed, failed or abandoned once closed; times are UTC';

CREATE OR REPLACE VIEW main.events AS
SELECT
  run_id, agent_id, t, kind, payload_json, ts, schema_version, seq, attributes, metric_name, metric_value, cost_usd,
  model, input_tokens, output_tokens, latency_ms, index_in_turn, action_type, state_changed, error,
  -- For queries of the older format, which order a turn's events by it.
  rowid{more_columns}
FROM eider.events;
COMMENT ON VIEW main.events IS 'one row an event, ts is UTC; ORDER BY seq within a run';

CREATE OR REPLACE VIEW main.turns AS
SELECT
  run_id, seq, agent_id, t, ts,
  CAST(payload_json ->> '$.turn_num' AS INTEGER) AS turn_num,
  nullif(payload_json -> '$.snapshot', 'null') AS snapshot,
  payload_json ->> '$.profile_name' AS profile_name,
  attributes
FROM main.events
WHERE kind = 'turn_start';
COMMENT ON VIEW main.turns IS 'one row a turn_start; snapshot is NULL where the turn cannot be forked';

CREATE OR REPLACE VIEW main.observations AS
SELECT
  run_id, seq, agent_id, t, ts,
  CAST(payload_json ->> '$.entity_count' AS INTEGER) AS entity_count,
  CAST(payload_json -> '$.classes' AS VARCHAR[]) AS classes,
  payload_json ->> '$.text' AS text,
  attributes
FROM main.events
WHERE kind = 'observation';
COMMENT ON VIEW main.observations IS 'one row an observation';

-- The windows partition by what people filter on, so that a filter on the view reaches the table.
CREATE OR REPLACE VIEW main.llm_calls AS
SELECT
  run_id, seq, agent_id, t, ts, prompt_seq, prompt_ts, state_summary,
  payload_json ->> '$.reasoning' AS reasoning,
  payload_json -> '$.actions' AS actions,
  CAST(json_array_length(payload_json, '$.actions') AS INTEGER) AS action_count,
  cost_usd, model, input_tokens, output_tokens, latency_ms, messages, attributes
FROM (
  SELECT
    *,
    last_value(CASE WHEN kind = 'llm_prompt' THEN seq END IGNORE NULLS) OVER earlier AS prompt_seq,
    last_value(CASE WHEN kind = 'llm_prompt' THEN ts END IGNORE NULLS) OVER earlier AS prompt_ts,
    last_value(CASE WHEN kind = 'llm_prompt' THEN payload_json ->> '$.state_summary' END IGNORE NULLS) OVER earlier
      AS state_summary,
    last_value(CASE WHEN kind = 'llm_prompt' THEN coalesce(payload_json -> '$.messages', '[]') END IGNORE NULLS)
      OVER earlier AS messages
  FROM main.events
  WHERE kind IN ('llm_prompt', 'llm_response')
  WINDOW earlier AS (
    PARTITION BY run_id, agent_id, t ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
WHERE kind = 'llm_response';
COMMENT ON VIEW main.llm_calls IS
  'one row an llm_response, with the last llm_prompt before it of the same agent and turn (NULL when there is none)';

CREATE OR REPLACE VIEW main.model_costs AS
SELECT
  model, agent_id, run_id,
  count(*) AS calls,
  CAST(sum(input_tokens) AS BIGINT) AS input_tokens,
  CAST(sum(output_tokens) AS BIGINT) AS output_tokens,
  sum(cost_usd) AS cost_usd
FROM main.events
WHERE kind = 'llm_response'
GROUP BY model, agent_id, run_id;
COMMENT ON VIEW main.model_costs IS 'one row a model, agent and run with llm_responses: calls, tokens and cost';

-- What a window carries along is narrow, unless a query asks for the output.
CREATE OR REPLACE VIEW main.tool_calls AS
SELECT
  run_id, seq, agent_id, t, ts, index_in_turn,
  nullif(payload_json -> '$.action', 'null') AS action,
  CASE WHEN next_kind = 'action_result' THEN next_seq END AS result_seq,
  CASE WHEN next_kind = 'action_result' THEN next_type END AS action_type,
  CASE WHEN next_kind = 'action_result' THEN next_changed END AS state_changed,
  CASE WHEN next_kind = 'action_result' THEN next_json -> '$.output' END AS output,
  CASE WHEN next_kind = 'action_result' THEN next_error END AS error,
  CASE WHEN next_kind = 'action_result' THEN (epoch_us(next_ts) - epoch_us(ts)) / 1000.0::DOUBLE END AS duration_ms,
  attributes,
  CASE WHEN next_kind = 'action_result' THEN next_attributes END AS result_attributes
FROM (
  SELECT
    *,
    lead(kind) OVER following AS next_kind,
    lead(seq) OVER following AS next_seq,
    lead(ts) OVER following AS next_ts,
    lead(action_type) OVER following AS next_type,
    lead(state_changed) OVER following AS next_changed,
    lead(error) OVER following AS next_error,
    lead(payload_json) OVER following AS next_json,
    lead(attributes) OVER following AS next_attributes
  FROM main.events
  WHERE kind IN ('action', 'action_result')
  WINDOW following AS (PARTITION BY run_id, agent_id, t, index_in_turn ORDER BY seq)
)
WHERE kind = 'action';
COMMENT ON VIEW main.tool_calls IS
  'one row an action, with the action_result that follows it at the same agent, turn and index (NULL before it comes)';

CREATE OR REPLACE VIEW main.actions AS
SELECT run_id, seq, agent_id, t, ts, index_in_turn, action, result_seq, action_type, state_changed, attributes
FROM main.tool_calls;
COMMENT ON VIEW main.actions IS 'the actions of tool_calls, with what their results say of the world';

CREATE OR REPLACE VIEW main.metrics AS
SELECT
  run_id, seq, agent_id, t, ts,
  metric_name AS name,
  metric_value AS value,
  attributes
FROM main.events
WHERE kind = 'metric';
COMMENT ON VIEW main.metrics IS 'one row a metric';

CREATE OR REPLACE VIEW main.mutations AS
SELECT
  run_id, seq, agent_id, t, ts,
  payload_json ->> '$.before_summary' AS before_summary,
  payload_json ->> '$.after_summary' AS after_summary,
  payload_json ->> '$.reason' AS reason,
  CASE
    WHEN (payload_json -> '$.merge_patch') IS NOT NULL THEN json_object('merge_patch', payload_json -> '$.merge_patch')
    WHEN (payload_json -> '$.json_patch') IS NOT NULL THEN json_object('json_patch', payload_json -> '$.json_patch')
    WHEN (payload_json -> '$.replacement') IS NOT NULL THEN json_object('replacement', payload_json -> '$.replacement')
  END AS mutation,
  attributes
FROM main.events
WHERE kind = 'world_mutation';
COMMENT ON VIEW main.mutations IS 'one row a world_mutation; mutation is the patch as it was given';

CREATE OR REPLACE VIEW main.forks AS
SELECT
  runs.run_id, runs.parent_run_id, runs.parent_t, runs.parent_seq, runs.root_run_id, runs.create_time,
  origins.payload_json ->> '$.mutation_summary' AS mutation_summary,
  CASE
    WHEN (mutations.mutation -> '$.replacement') IS NOT NULL
      THEN json_object('replacement', origins.payload_json -> '$.snapshot')
    ELSE mutations.mutation
  END AS mutation,
  origins.payload_json -> '$.snapshot' AS snapshot
FROM main.runs
LEFT JOIN main.events AS origins
  ON origins.run_id = runs.run_id AND origins.seq = 1 AND origins.kind = 'fork'
LEFT JOIN main.mutations
  ON mutations.run_id = runs.run_id AND mutations.seq = 2
WHERE runs.parent_run_id IS NOT NULL;
COMMENT ON VIEW main.forks IS 'one row a forked run: where it comes from, what was changed, and the world it begins with';

CREATE OR REPLACE VIEW main.run_costs AS
SELECT
  run_id, agent_id,
  count(*) AS llm_calls,
  sum(cost_usd) AS cost_usd
FROM main.events
WHERE kind = 'llm_response'
GROUP BY run_id, agent_id;
COMMENT ON VIEW main.run_costs IS 'one row a run and agent with llm_responses; the sum over a run is runs.cost_usd';

CREATE OR REPLACE VIEW main.leaderboard AS
SELECT
  name,
  rank() OVER (PARTITION BY name ORDER BY value DESC) AS rank,
  run_id, agent_id, value, t, seq
FROM (
  SELECT name, run_id, agent_id, arg_max(value, seq) AS value, arg_max(t, seq) AS t, max(seq) AS seq
  FROM main.metrics
  GROUP BY name, run_id, agent_id
);
COMMENT ON VIEW main.leaderboard IS
  'the last value of each metric by run and agent, ranked within the metric, largest first; equal values share a rank';

-- A child inherits what its parent's timeline holds before the forked turn_start, to any depth; also of a parent that is
-- deleted. Seqs have no gaps, so where an event stands follows from its seq, and no window goes over the events. The
-- parts of a run go through a list, since DuckDB takes a recursive query for larger than the events, and would then not
-- look up the events of the few runs that are asked for, but read all of them.
CREATE OR REPLACE VIEW main.timeline AS
WITH RECURSIVE known AS (
  SELECT run_id, parent_run_id, parent_seq FROM eider.runs
  UNION ALL
  SELECT run_id, parent_run_id, parent_seq FROM eider.kept_runs
), inherited AS (
  SELECT runs.run_id, 1 AS depth, known.run_id AS source_run_id, runs.parent_seq - 1 AS until_seq,
    known.parent_run_id, known.parent_seq
  FROM eider.runs
  JOIN known ON known.run_id = runs.parent_run_id
  UNION ALL
  SELECT inherited.run_id, inherited.depth + 1, known.run_id, inherited.parent_seq - 1,
    known.parent_run_id, known.parent_seq
  FROM inherited
  JOIN known ON known.run_id = inherited.parent_run_id
), placed AS (
  SELECT
    run_id, depth, source_run_id, until_seq,
    coalesce(sum(until_seq) OVER (
      PARTITION BY run_id ORDER BY depth DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS preceding
  FROM (
    SELECT run_id, depth, source_run_id, until_seq FROM inherited
    UNION ALL
    SELECT run_id, 0, run_id, head_seq FROM eider.runs
  )
), parts AS (
  SELECT run_id, unnest(list({
    'depth': depth, 'run_id': source_run_id, 'until_seq': until_seq, 'preceding': preceding})) AS part
  FROM placed
  GROUP BY run_id
)
SELECT
  parts.run_id, CAST(part.preceding + events.seq AS BIGINT) AS ordinal, part.depth, part.run_id AS source_run_id,
  events.seq, events.agent_id, events.t, events.kind, events.payload_json, events.ts, events.schema_version,
  events.attributes
FROM parts
JOIN (
  SELECT run_id, seq, agent_id, t, kind, payload_json, ts, schema_version, attributes FROM eider.events
  UNION ALL
  SELECT run_id, seq, agent_id, t, kind, payload_json, ts, schema_version, attributes FROM eider.kept_events
) AS events ON events.run_id = part.run_id AND events.seq <= part.until_seq;
COMMENT ON VIEW main.timeline IS
  'a run with what it inherits: ORDER BY ordinal; source_run_id and seq say where an event stands; depth 0 is its own';
