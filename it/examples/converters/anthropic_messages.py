"""Messages API (Anthropic): the body of a request with its `messages`, where an answer of the model is a message of
the assistant or the whole response. A file holds one, many, or a bare list of messages."""

from publishing import main
from recording import AGENT, Recording, text_of


def convert(source):
    for run_id, transcript in source.transcripts():
        messages = transcript.pop("messages")
        recording = Recording(run_id, transcript, source.model or transcript.get("model"))
        play(recording, messages)
        yield recording


def play(recording, entries):
    """Adds the turns of a conversation: each answer of the model begins one."""
    messages, unanswered, calls = [], [], {}
    for entry in entries:
        message = entry
        if entry["role"] == AGENT:
            told = [block for asked in unanswered[-1:] for block in blocks(asked)]
            said = text_of(told) or "\n".join(text_of(block.get("content")) for block in told)
            recording.begin_turn({"messages": messages}, messages, said, "user" if text_of(told) else AGENT)
            calls = answer(recording, dict(entry))
            message, unanswered = {"role": entry["role"], "content": entry["content"]}, []
        else:
            unanswered.append(entry)
            for block in blocks(entry):
                if block["type"] == "tool_result":
                    add_result(recording, dict(block), calls)
        messages = messages + [message]
    for entry in unanswered:  # The last word was not the model's.
        recording.add(entry["role"], entry, observation={"text": text_of(entry["content"])})


def blocks(entry):
    content = entry["content"]
    return content if isinstance(content, list) else [{"type": "text", "text": content}]


def answer(recording, message):
    """Adds what the model said and did. Returns the place and the tool of each call."""
    uses = [dict(block) for block in blocks(message) if block["type"] == "tool_use"]
    others = [block for block in blocks(message) if block["type"] != "tool_use"]
    actions = [{"name": use.pop("name"), "arguments": use.pop("input")} for use in uses]
    usage = message.get("usage") or {}
    fields = {"model": message.pop("model", None), "output_tokens": usage.get("output_tokens")}
    fields["input_tokens"] = tokens_read(usage)
    recording.respond(actions, text_of(others), {**message, "content": others}, **fields)
    return {use["id"]: (recording.act(action, use), action["name"]) for use, action in zip(uses, actions)}


def tokens_read(usage):
    """Returns all that the model read: `input_tokens` alone leaves out what the cache held or took."""
    counts = [usage.get(f"{prefix}input_tokens") for prefix in ("", "cache_creation_", "cache_read_")]
    return sum(count or 0 for count in counts) if counts[0] is not None else None


def add_result(recording, block, calls):
    index, tool = calls.get(block.get("tool_use_id"), (0, ""))
    output = block.pop("content", None)
    error = (text_of(output) or "error") if block.get("is_error") else None
    recording.answer(index, tool, output, error, block)


if __name__ == "__main__":
    main(convert, __doc__)
