"""tau-bench: results of tasks, a list or one a line, each with its reward and its chat messages."""

from eider.v1 import run_pb2

from openai_chat import play
from publishing import main
from recording import Recording


def convert(source):
    results = source.read()
    for result in results if isinstance(results, list) else [results]:
        messages = result.pop("traj") or []
        run_id = source.run_id(result["task_id"], result.get("trial", 0))
        recording = Recording(run_id, result, source.model)
        play(recording, messages)
        recording.metric("reward", result["reward"])
        info = result.get("info") or {}
        if info.get("user_cost") is not None:  # What the model that played the user cost.
            recording.metric("user_cost", info["user_cost"], agent="user")
        if "error" in info:
            recording.outcome = run_pb2.RUN_OUTCOME_FAILED
        yield recording


if __name__ == "__main__":
    main(convert, __doc__)
