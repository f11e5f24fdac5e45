"""Chat completions (OpenAI): the body of a request with its `messages`, where an answer of the model is a message of
the assistant or the whole response that it came in. A file holds one, many, or a bare list of messages."""

import json

from publishing import main
from recording import AGENT, Recording, text_of, time_of


def convert(source):
    for run_id, transcript in source.transcripts():
        messages = transcript.pop("messages")
        answers = [i for i, message in enumerate(messages) if is_answer(message)]
        if "usage" in transcript and answers:  # Of all calls together: the last one has it, so that sums are right.
            messages[answers[-1]] = {"usage": transcript.pop("usage"), "usage_of": "run", **messages[answers[-1]]}
        recording = Recording(run_id, transcript, source.model or transcript.get("model"))
        play(recording, messages)
        yield recording


def is_answer(entry):
    return "choices" in entry or entry.get("role") == AGENT


def play(recording, entries):
    """Adds the turns of a conversation: each answer of the model begins one."""
    messages, unanswered, speaker, calls = [], [], "", {}
    for entry in entries:
        message = entry
        if is_answer(entry):
            told = text_of(unanswered[-1].get("content")) if unanswered else ""
            recording.begin_turn({"messages": messages}, messages, told, speaker)
            message, around = split(entry)
            calls = answer(recording, dict(message), around)
            unanswered, speaker = [], AGENT
        elif message["role"] == "tool":
            unanswered.append(message)
            add_result(recording, dict(message), calls)
        else:
            unanswered.append(message)
            speaker = message["role"]
        messages = messages + [message]
    for message in unanswered:  # The last word was not the model's.
        if message["role"] != "tool":
            recording.add(message["role"], message, observation={"text": text_of(message.get("content"))})


def split(entry):
    """Returns the message of an answer and what came with it."""
    if "choices" not in entry:
        around = {key: entry[key] for key in ("model", "usage", "usage_of") if key in entry}
        return {key: entry[key] for key in entry if key not in around}, around
    first, *others = entry["choices"]
    around = {**entry, "choices": [{key: first[key] for key in first if key != "message"}, *others]}
    return first["message"], around


def answer(recording, message, around):
    """Adds what the model said and did. Returns the place and the tool of each call."""
    usage = dict(around.pop("usage", None) or {})
    fields = {"model": around.pop("model", None), "ts": time_of(around.get("created"))}
    fields |= {"input_tokens": usage.pop("prompt_tokens", None), "output_tokens": usage.pop("completion_tokens", None)}
    calls = [dict(call) for call in message.pop("tool_calls", None) or []]
    actions = [action_of(call.pop("function")) for call in calls]
    reasoning = message.pop("content") if isinstance(message.get("content"), str) else None
    recording.respond(actions, reasoning, {**around, "usage": usage, "message": message}, **fields)
    return {
        call.get("id"): (recording.act(action, call), str(action.get("name"))) for call, action in zip(calls, actions)
    }


def action_of(function):
    """Returns a call with its arguments as an object; models also write text that is none."""
    try:
        arguments = json.loads(function["arguments"])
    except (KeyError, TypeError, json.JSONDecodeError):
        return function
    return {**function, "arguments": arguments} if isinstance(arguments, dict) else function


def add_result(recording, message, calls):
    index, tool = calls.get(message.get("tool_call_id"), (0, str(message.get("name", ""))))
    output = message.pop("content", None)
    recording.answer(index, tool, output, failure(text_of(output)), message)


def failure(output):
    """Returns why a tool failed, None if it did not: the format has no field for it, only habits."""
    try:
        error = json.loads(output)["error"]
        return error if isinstance(error, str) else json.dumps(error) if error else None
    except (KeyError, TypeError, json.JSONDecodeError):
        return output if output.startswith("Error") else None


if __name__ == "__main__":
    main(convert, __doc__)
