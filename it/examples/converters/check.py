"""Converts a small file of each format into a running daemon and checks what SQL sees of it: every value of the file,
and the models, tokens, costs, tools and failures as they are computed straight from the file."""

import argparse
import copy
import json
import os
import pathlib
import uuid
from collections import Counter

import grpc
from google.protobuf.json_format import MessageToDict

from eider.v1 import query_service_pb2 as query_pb, query_service_pb2_grpc as query_grpc

import anthropic_messages
import inspect_log
import openai_chat
import swe_agent
import tau_bench
from publishing import CALL_SECONDS_MAX, Source, publish
from recording import plain

SAMPLES = pathlib.Path(__file__).parent / "samples"
NAMED_BY_USERS = ("scores", "metrics")  # Objects whose keys are no fields.


# What of the file is in the run.


def parsed(text):
    """Returns the object or list that a text is in JSON, None if it is neither."""
    try:
        value = json.loads(text) if text[:1] in ("{", "[") else None
    except json.JSONDecodeError:
        return None
    return plain(value)


def leaves(value):
    """Yields the texts, numbers and booleans of a value, and of JSON within its texts."""
    if isinstance(value, str) and parsed(value) is not None:
        value = parsed(value)
    if isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from leaves(item)
    elif value is not None and not str(value).startswith(inspect_log.ATTACHMENT):  # That only names a text.
        yield (type(value).__name__ if isinstance(value, (str, bool)) else "number", value)


def counted(values, labels):
    """Counts the leaves of payloads and attributes. Labels are text: each counts as what it was, too."""
    count = Counter(leaf for value in values for leaf in leaves(value))
    for text in labels:
        count["str", text] += 1
        try:
            count.update(leaves(json.loads(text)))
        except json.JSONDecodeError:
            pass
    return count


class Changed(Source):
    """A file whose content is given."""

    def __init__(self, source, document):
        super().__init__(source.path, source.prefix, source.model)
        self.document = document

    def read(self):
        return copy.deepcopy(self.document)


def seen(convert, source):
    """Counts the leaves of what a converter makes of a file."""
    recordings = list(convert(source))
    events = [MessageToDict(event) for recording in recordings for event in recording.events]
    texts = [text for recording in recordings for text in recording.labels.values()]
    for response in (event.get("llmResponse", {}) for event in events):  # Its 64-bit numbers are text there.
        texts += [response[field] for field in ("inputTokens", "outputTokens") if field in response]
    return counted(events, texts)


def changes(value, path=()):
    """Yields the place of each value of a document with another one, and of each object with one more field."""
    name = ".".join(map(str, path))
    if isinstance(value, dict):
        if not path or path[-1] not in NAMED_BY_USERS:
            yield path, {**value, "later": f"added at {name}"}, ("str", f"added at {name}")
        for key, item in value.items():
            yield from changes(item, path + (key,))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from changes(item, path + (index,))
    elif isinstance(value, str) and isinstance(parsed(value), dict):
        yield path, json.dumps({**parsed(value), "later": f"added in {name}"}), ("str", f"added in {name}")
    elif isinstance(value, str):
        yield path, f"changed at {name}", ("str", f"changed at {name}")
    elif isinstance(value, bool):
        yield path, not value, ("bool", not value)
    elif value is not None:
        other = value + 900_000_000
        yield path, other, ("number", other)


def replaced(document, path, value):
    if not path:
        return value
    document = copy.copy(document)
    document[path[0]] = replaced(document[path[0]], path[1:], value)
    return document


def check_every_value(convert, source):
    """Checks that any other value at any place, and a field that a later version may have, would be seen as well."""
    document = source.read()
    before, checked = seen(convert, source), 0
    for path, value, leaf in changes(document):
        after = seen(convert, Changed(source, replaced(document, path, value)))
        if after[leaf] <= before[leaf]:
            raise AssertionError(f"{source.path.name}: {value!r} at {path} is in no event")
        checked += 1
    return checked


# What SQL says, and what the file says.


class Sql:
    def __init__(self, channel, run_ids):
        self.service, self.run_ids = query_grpc.QueryServiceStub(channel), run_ids

    def rows(self, select, rest=""):
        places = ", ".join("?" for _ in self.run_ids)
        request = query_pb.QueryRequest(sql=f"{select} WHERE run_id IN ({places}) {rest}")
        for run_id in self.run_ids:
            request.parameters.add(string_value=run_id)
        responses = self.service.Query(request, timeout=CALL_SECONDS_MAX)
        return [tuple(MessageToDict(row)) for response in responses for row in response.rows.rows]


def check(what, expected, found):
    if expected != found:
        raise AssertionError(f"{what}\n  in the file: {expected}\n  in SQL:      {found}")


def check_all_there(document, sql):
    payloads = sql.rows("SELECT payload_json, attributes FROM events")
    labels = sql.rows("SELECT unnest(map_values(labels)) FROM runs")
    found = counted((text for row in payloads for text in row), (label for (label,) in labels))
    missing = [leaf for leaf in dict.fromkeys(leaves(plain(document))) if leaf not in found]
    check("values that are nowhere", [], missing)
    check("turns without a world", [], sql.rows("SELECT t FROM turns", "AND coalesce(snapshot::VARCHAR, '{}') = '{}'"))


def check_figures(name, document, sql):
    calls, tools, metrics, outcomes = FIGURES[name](document)
    models = {}
    for model, *figures in calls:
        models[model] = tuple(map(sum, zip(models.get(model, (0, 0, 0, 0)), (1, *(figure or 0 for figure in figures)))))
    columns = "sum(calls)::DOUBLE, sum(input_tokens)::DOUBLE, sum(output_tokens)::DOUBLE, sum(cost_usd)"
    costs = sql.rows(f"SELECT model, {columns} FROM model_costs", "GROUP BY model")
    check("models", models, {model: tuple(figure or 0 for figure in figures) for model, *figures in costs})
    total = sum(cost for (cost,) in sql.rows("SELECT cost_usd FROM runs"))
    check("cost", round(sum(figures[3] for figures in models.values()), 9), round(total, 9))
    order = "ORDER BY run_id, t, index_in_turn"
    check("tools", tools, sql.rows("SELECT action_type, error FROM tool_calls", order))
    check("metrics", sorted(metrics), sorted(sql.rows("SELECT name, value FROM metrics")))
    check("outcomes", sorted(outcomes), sorted(outcome for (outcome,) in sql.rows("SELECT outcome FROM runs")))


def swe_agent_figures(document):
    steps, stats = document["trajectory"], document["info"]["model_stats"]
    model = json.loads(document["replay_config"])["agent"]["model"]["name"]
    calls = [(model, None, None, None)] * (len(steps) - 1)
    calls.append((model, stats["tokens_sent"], stats["tokens_received"], stats["instance_cost"]))
    refused = [step["observation"] if "syntax error" in step["observation"] else None for step in steps]
    tools = [(step["action"].split()[0], error) for step, error in zip(steps, refused) if step["action"]]
    return calls, tools, [], ["completed"]


def inspect_log_figures(document):
    events = [event for sample in document["samples"] for event in sample["events"]]
    usages = [(event["model"], event["output"]["usage"]) for event in events if event["event"] == "model"]
    read = [usage["input_tokens"] + usage.get("input_tokens_cache_read", 0) for _, usage in usages]
    calls = [(model, count, usage["output_tokens"], usage["total_cost"]) for (model, usage), count in zip(usages, read)]
    tools = [event for event in events if event["event"] == "tool"]
    tools = [(event["function"], event.get("error", {}).get("message")) for event in tools]
    totals = document["results"]["scores"][0]["metrics"]
    metrics = [(f"match/{name}", totals[name]["value"]) for name in totals]
    metrics += [("match", 1), ("style/short", 0.75), ("style/polite", 1)]
    return calls, tools, metrics, ["completed", "completed", "failed"]


def tau_bench_figures(document):
    messages = [message for result in document for message in result["traj"]]
    calls = [("gpt-4o", None, None, None) for message in messages if message["role"] == "assistant"]
    tools = [message for message in messages if message["role"] == "tool"]
    tools = [(tool["name"], tool["content"] if tool["content"].startswith("Error") else None) for tool in tools]
    metrics = [("reward", result["reward"]) for result in document]
    return calls, tools, metrics + [("user_cost", document[0]["info"]["user_cost"])], ["completed", "failed"]


def openai_chat_figures(document):
    responses = [message for message in document["messages"] if "choices" in message]
    usages = [(response["model"], response["usage"]) for response in responses]
    calls = [(model, usage["prompt_tokens"], usage["completion_tokens"], 0) for model, usage in usages]
    messages = [choice["message"] for response in responses for choice in response["choices"][:1]]
    bare = [message for message in document["messages"] if message.get("role") == "assistant"]
    calls += [(document["model"], None, None, None) for _ in bare]
    errors = [None, "no station in Oslo", "Error: no tool get_wether", None]
    names = [call["function"]["name"] for message in messages + bare for call in message.get("tool_calls") or []]
    return calls, list(zip(names, errors)), [], ["completed"]


def anthropic_messages_figures(document):
    responses = [message for message in document["messages"] if message["role"] == "assistant"]
    usages = [(response["model"], response["usage"]) for response in responses]
    read = [sum(usage[key] for key in usage if key.endswith("input_tokens")) for _, usage in usages]
    calls = [(model, count, usage["output_tokens"], 0) for (model, usage), count in zip(usages, read)]
    uses = [block for response in responses for block in response["content"] if block["type"] == "tool_use"]
    results = [block for message in document["messages"] for block in message["content"] if "tool_use_id" in block]
    errors = {block["tool_use_id"]: block["content"] for block in results if block.get("is_error")}
    return calls, [(use["name"], errors.get(use["id"])) for use in uses], [], ["completed"]


FIGURES = {
    "swe_agent.traj": swe_agent_figures,
    "inspect_log.json": inspect_log_figures,
    "tau_bench.json": tau_bench_figures,
    "openai_chat.json": openai_chat_figures,
    "anthropic_messages.json": anthropic_messages_figures,
}


def check_format(channel, converter, name, model=None):
    source = Source(SAMPLES / name, f"{converter.__name__}-{uuid.uuid4().hex[:12]}", model)
    runs = [publish(channel, recording) for recording in converter.convert(source)]
    again = [publish(channel, recording) for recording in converter.convert(source)]
    check("a second time", [(run.run_id, run.digest) for run in runs], [(run.run_id, run.digest) for run in again])
    sql = Sql(channel, [run.run_id for run in runs])
    check_all_there(source.read(), sql)
    check_figures(name, source.read(), sql)
    checked = check_every_value(converter.convert, source)
    print(f"{name}: {len(runs)} runs, {sum(run.event_count for run in runs)} events, {checked} changed files")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    address = os.environ.get("EIDER_ADDRESS", "localhost:7117")
    parser.add_argument("--address", default=address, help="the daemon; EIDER_ADDRESS sets the default")
    with grpc.insecure_channel(parser.parse_args().address) as channel:
        check_format(channel, swe_agent, "swe_agent.traj")
        check_format(channel, inspect_log, "inspect_log.json")
        check_format(channel, tau_bench, "tau_bench.json", "gpt-4o")
        check_format(channel, openai_chat, "openai_chat.json")
        check_format(channel, anthropic_messages, "anthropic_messages.json")
    print("ok converters")


if __name__ == "__main__":
    main()
