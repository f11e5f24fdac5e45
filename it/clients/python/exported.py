"""What the documentation says of exported files: their columns, and the digest of a run."""

import hashlib
import sys

COLUMNS = [
    *("run_id", "agent_id", "t", "kind", "payload_json", "ts", "schema_version", "seq", "attributes"),
    *("metric_name", "metric_value", "cost_usd", "model", "input_tokens", "output_tokens", "latency_ms"),
    *("index_in_turn", "action_type", "state_changed", "error", "event"),
]


def digest(run_id, events):
    value = hashlib.sha256(run_id.encode()).digest()
    for event in events:
        value = hashlib.sha256(value + hashlib.sha256(event).digest()).digest()
    return value


def expect(holds, problem):
    if not holds:
        sys.exit(problem)


def digests(rows):
    """The digest of each run, of rows (run_id, seq, event) in any order."""
    runs = {}
    for run_id, seq, event in sorted(rows, key=lambda row: (row[0], row[1])):
        events = runs.setdefault(run_id, [])
        events.append(bytes(event))
        expect(seq == len(events), f"{run_id}: seq {seq} comes as number {len(events)}")
    return {run_id: digest(run_id, events) for run_id, events in runs.items()}
