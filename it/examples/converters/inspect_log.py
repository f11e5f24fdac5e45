"""Inspect: an eval log in JSON, as `inspect log dump` prints it. Each sample becomes a run; what is said of all samples
together becomes one more."""

import math

from eider.v1 import run_pb2

from publishing import main
from recording import AGENT, Recording, text_of, time_of

GRADES = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}  # As Inspect's own metrics count them.
ATTACHMENT = "attachment://"
OF_RESULT = ("result", "error", "truncated", "completed", "working_time", "failed", "message_id", "events")


def convert(source):
    log = source.read()
    task = {f"eval.{key}": log["eval"][key] for key in ("task", "model", "run_id") if key in log["eval"]}
    samples = log.pop("samples", None) or []
    recording = Recording(source.run_id(), {**log, **task})
    for score in (log.get("results") or {}).get("scores") or []:
        for name, metric in score["metrics"].items():
            add_score(recording, f"{score['name']}/{name}", metric, "")
    yield with_outcome(recording, log.get("status") != "success")
    for sample in samples:
        yield run_of_sample(source, resolved(sample, sample.get("attachments") or {}), task)


def run_of_sample(source, sample, task):
    events, scores = sample.pop("events", None) or [], sample.pop("scores", None) or {}
    run_id = source.run_id(sample["id"], sample["epoch"])
    recording = Recording(run_id, {**sample, **task}, source.model or task.get("eval.model"))
    for event in events:
        {"model": add_call, "tool": add_tool}.get(event["event"], add_other)(recording, dict(event))
    for name, score in scores.items():
        add_score(recording, name, score, AGENT)
    return with_outcome(recording, sample.get("error"))


def with_outcome(recording, failed):
    recording.outcome = run_pb2.RUN_OUTCOME_FAILED if failed else run_pb2.RUN_OUTCOME_COMPLETED
    return recording


def resolved(value, attachments):
    """Returns a value with the long texts in it that the log keeps elsewhere."""
    if isinstance(value, dict):
        return {key: resolved(item, attachments) for key, item in value.items()}
    if isinstance(value, list):
        return [resolved(item, attachments) for item in value]
    isolated = isinstance(value, str) and value.startswith(ATTACHMENT)
    return attachments.get(value[len(ATTACHMENT) :], value) if isolated else value


def add_call(recording, event):
    """Adds a call of a model, which begins a turn."""
    messages, agent, began = event.pop("input"), event.get("role") or AGENT, time_of(event.get("timestamp"))
    last = messages[-1] if messages else {}
    speaker = "user" if last.get("role") == "user" else AGENT
    recording.begin_turn({"messages": messages}, messages, text_of(last.get("content")), speaker, began, agent)
    output = event.get("output") or {}
    usage, message = output.get("usage") or {}, next((choice["message"] for choice in output.get("choices") or []), {})
    calls = [dict(call) for call in message.get("tool_calls") or []]
    fields = {"model": event.pop("model"), "cost_usd": usage.get("total_cost"), "input_tokens": tokens_read(usage)}
    fields |= {"output_tokens": usage.get("output_tokens"), "latency_ms": milliseconds(event.get("working_time"))}
    actions = [{"name": call.pop("function"), **call} for call in calls]
    ended = time_of(event.get("completed"))
    recording.respond(actions, text_of(message.get("content")), event, ended, agent, **fields)


def tokens_read(usage):
    """Returns all that the model read: `input_tokens` alone leaves out what the cache held or took."""
    counts = [usage.get(f"input_tokens{suffix}") for suffix in ("", "_cache_write", "_cache_read")]
    return sum(count or 0 for count in counts) if counts[0] is not None else None


def milliseconds(seconds):
    return None if seconds is None else seconds * 1000


def add_tool(recording, event):
    tool, result = event.pop("function"), {key: event.pop(key) for key in OF_RESULT if key in event}
    action = {"name": tool, "arguments": event.pop("arguments")}
    index = recording.act(action, event, time_of(event.get("timestamp")))
    error = (result.get("error") or {}).get("message") or ("failed" if result.get("failed") else None)
    recording.answer(index, tool, result.pop("result", None), error, result, time_of(result.get("completed")))


def add_other(recording, event):
    recording.add("", event, time_of(event.get("timestamp")), observation={"classes": [event["event"]]})


def add_score(recording, name, score, agent):
    """Adds a score as a metric, one of several parts as several, and what is no number as it is."""
    value = score["value"]
    for part, number in value.items() if isinstance(value, dict) else [("", value)]:
        number = GRADES.get(number) if isinstance(number, str) else number
        if isinstance(number, (int, float)) and math.isfinite(number):
            recording.metric(f"{name}/{part}" if part else name, float(number), score, agent)
        else:
            recording.add(agent, {name: score}, observation={"classes": ["score"]})


if __name__ == "__main__":
    main(convert, __doc__)
