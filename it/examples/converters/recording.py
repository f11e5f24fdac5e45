"""The events of one run, as a converter collects them. What no field of an event holds belongs in its attributes."""

import json
import math
from datetime import datetime

from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from eider.v1 import event_pb2, run_pb2

AGENT = "assistant"
LABELS_MAX = 64
LABEL_CHARACTERS_MAX = 512  # A label may have 1,024, and some characters count twice.
WHOLE_NUMBER_MAX = 2**53  # Above it a double, which is what a Struct has, skips numbers.
READING = ("get_", "search_", "list_", "find", "open", "ls", "cat", "grep", "view", "read_", "calculate", "think")


class Recording:
    """Collects a run turn by turn. Its first event has in its attributes what is said of the run as a whole."""

    def __init__(self, run_id, about, model=None):
        self.run_id, self.model = run_id, model
        self.events, self.outcome = [], run_pb2.RUN_OUTCOME_COMPLETED
        self.t, self.actions, self.now = -1, 0, None
        about = plain(about)
        self.labels = labels(about)
        self.add("", {key: about[key] for key in about if key not in self.labels}, observation={})

    def add(self, agent_id, attributes=None, ts=None, **payload):
        """Adds an event. One without a time has that of the one before; if no event has one, the daemon gives it."""
        event = event_pb2.Event(agent_id=agent_id, t=max(0, self.t), ts=ts or self.now, **plain(payload))
        if attributes:
            event.attributes.update(plain(attributes))
        if ts and not self.now:
            for earlier in self.events:
                earlier.ts.CopyFrom(event.ts)
        self.events.append(event)
        self.now = ts or self.now
        return event

    def begin_turn(self, world, messages, text, speaker="", ts=None, agent=AGENT):
        """Adds all that comes before an answer of the model: the turn, what the agent was told, what the model saw."""
        self.t, self.actions = self.t + 1, 0
        self.add(agent, ts=ts, turn_start={"turn_num": self.t, "snapshot": {"state": world}})
        classes = sorted({str(message.get("name") or message.get("role")) for message in messages})
        self.add(speaker, ts=ts, observation={"entity_count": len(messages), "classes": classes, "text": text})
        self.add(agent, ts=ts, llm_prompt={"state_summary": text, "messages": messages})

    def respond(self, actions, reasoning, attributes, ts=None, agent=AGENT, **fields):
        """Adds the answer of the model. Fields that are None stay unset."""
        fields = {"model": self.model, **{name: value for name, value in fields.items() if value is not None}}
        response = {"actions": actions, "reasoning": reasoning or "", **fields}
        return self.add(agent, attributes, ts, llm_response=response)

    def act(self, action, attributes, ts=None):
        """Adds an action and returns its place in the turn."""
        self.add(AGENT, attributes, ts, action={"index_in_turn": self.actions, "action": action})
        self.actions += 1
        return self.actions - 1

    def answer(self, index, tool, output, error, attributes, ts=None):
        """Adds what an action led to; the error is None if it did not fail."""
        result = {"index_in_turn": index, "action_type": tool, "state_changed": not tool.startswith(READING)}
        event = self.add(AGENT, attributes, ts, action_result={**result, "error": error})
        event.action_result.output.CopyFrom(value_of(output))

    def metric(self, name, value, attributes=None, agent=AGENT):
        self.add(agent, attributes, metric={"name": name, "value": value})


def labels(about):
    """Returns as text the numbers, booleans and short texts of an object, as many as a run may have."""
    short = {}
    for key, value in about.items():
        text = value if isinstance(value, str) else json.dumps(value)
        fits = 0 < len(key) <= 128 and len(text) <= LABEL_CHARACTERS_MAX
        # A run with the label `file` is written to a file of its own.
        if fits and isinstance(value, (str, int, float)) and key != "file" and len(short) < LABELS_MAX:
            short[key] = text
    return short


def plain(value):
    """Returns what a Struct can hold: NaN and whole numbers that a double has not become text."""
    if isinstance(value, dict):
        return {plain(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, str):  # Halves of characters come from truncated output.
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, int) and abs(value) > WHOLE_NUMBER_MAX:
        return str(value)
    return json.dumps(value) if isinstance(value, float) and not math.isfinite(value) else value


def text_of(content):
    """Returns the text of a message, which may come in parts."""
    parts = content if isinstance(content, list) else [content]
    parts = [part.get("text") if isinstance(part, dict) else part for part in parts]
    return "\n".join(part for part in parts if isinstance(part, str))


def time_of(when):
    """Returns a time as a message: seconds since 1970, or ISO 8601. None if it is neither."""
    try:
        seconds = datetime.fromisoformat(when).timestamp() if isinstance(when, str) else float(when)
    except (TypeError, ValueError):
        return None
    micros = round(seconds * 1e6)
    return Timestamp(seconds=micros // 10**6, nanos=micros % 10**6 * 1000)


def value_of(value):
    """Returns any JSON value as a message."""
    struct = Struct()
    struct.update({"value": plain(value)})
    return struct.fields["value"]
