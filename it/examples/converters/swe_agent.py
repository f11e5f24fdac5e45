"""SWE-agent: a `.traj` file, with a step for each call of the model."""

import json
import re

from eider.v1 import run_pb2

from publishing import main
from recording import Recording, text_of, time_of

# How SWE-agent and its tools begin when they have not done what the model asked for.
FAILED = re.compile(r"Your (proposed )?edit (was not applied|has introduced)|The command .* was cancelled", re.DOTALL)


def convert(source):
    document = source.read()
    steps = document.pop("trajectory", None) or []
    info, history = document.get("info") or {}, document.get("history") or []
    recording = Recording(source.run_id(), document, source.model or configured_model(document))
    recording.outcome = outcome(info.get("exit_status"))
    told = next((text_of(item.get("content")) for item in history if item.get("role") == "user"), "")
    seconds, state = source.seconds, {}
    for step in map(dict, steps):
        query = step.pop("query", None) or step.pop("messages", None) or []
        recording.begin_turn({"state": state}, query, told, ts=time_of(seconds))
        # The file has the sums of a run only: the last answer has them.
        fields = totals(info.get("model_stats") or {}) if len(steps) == recording.t + 1 else {}
        seconds, state, told = add_step(recording, step, fields, seconds)
    yield recording


def add_step(recording, step, fields, seconds):
    """Adds what the model said and did. The file has no dates: the clock goes on from the file's by each execution."""
    command, observed, thought = (step.pop(key, None) or "" for key in ("action", "observation", "thought"))
    after = {key: step.pop(key) for key in ("state", "execution_time") if key in step}
    if not command and not observed:  # Nothing that could be carried out.
        recording.respond([], thought, {**step, **after}, **fields)
        return seconds, after.get("state") or {}, observed
    recording.respond([{"command": command}], thought, step, **fields)
    index = recording.act({"command": command}, None)
    seconds += after.get("execution_time") or 0
    tool, error = (command.split() or [""])[0], observed if FAILED.match(observed) else None
    recording.answer(index, tool, observed, error, after, ts=time_of(seconds))
    return seconds, after.get("state") or {}, observed


def totals(stats):
    return {
        "cost_usd": stats.get("instance_cost"),
        "input_tokens": stats.get("tokens_sent"),
        "output_tokens": stats.get("tokens_received"),
    }


def configured_model(document):
    config = document.get("replay_config") or {}
    if isinstance(config, str):  # Newer versions write it as text.
        config = json.loads(config)
    return config.get("agent", {}).get("model", {}).get("name")


def outcome(exit_status):
    if not exit_status:
        return run_pb2.RUN_OUTCOME_ABANDONED
    submitted = exit_status.startswith("submitted")
    return run_pb2.RUN_OUTCOME_COMPLETED if submitted else run_pb2.RUN_OUTCOME_FAILED


if __name__ == "__main__":
    main(convert, __doc__)
