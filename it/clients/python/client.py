"""Plays a small game into an Eider daemon and reads it back: live, cold, forked and across a restart."""

import argparse
import queue
import sys
import threading
import time
import uuid

import grpc
from google.rpc import error_details_pb2, status_pb2

from eider.v1 import broker_service_pb2 as broker_pb, broker_service_pb2_grpc as broker_grpc
from eider.v1 import event_pb2, run_pb2
from eider.v1 import run_service_pb2 as runs_pb, run_service_pb2_grpc as runs_grpc

UNARY_SECONDS_MAX = 20
STREAM_SECONDS_MAX = 600
EVENT_SECONDS_MAX = 60
ATTEMPTS_MAX = 30
KEEPALIVE = [  # Notices within 30 s that the daemon is gone without a word; without it, not at all.
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.max_pings_without_data", 0),
]
RETRY_SECONDS = 0.5


def check(what, expected, seen):
    if expected != seen:
        raise AssertionError(f"{what}\n  expected: {expected}\n  seen:     {seen}")


class RunPublisher:
    """Publishes to one run. The producer triple makes it safe to repeat a request whose answer got lost."""

    def __init__(self, broker, run_id):
        self.broker = broker
        self.run_id = run_id
        self.next_seq = 1

    def publish(self, events, **fields):
        producer = broker_pb.Producer(id="arena", epoch=1, seq=self.next_seq)
        request = broker_pb.PublishRequest(run_id=self.run_id, events=events, producer=producer, **fields)
        response = self.send(request)
        self.next_seq += len(events)
        return request, response

    def send(self, request):
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                return self.broker.Publish(request, timeout=UNARY_SECONDS_MAX, wait_for_ready=True)
            except grpc.RpcError as error:
                if attempt == ATTEMPTS_MAX or error.code() != grpc.StatusCode.UNAVAILABLE:
                    raise
                time.sleep(RETRY_SECONDS)


class RunFollower(threading.Thread):
    """Follows one run on a thread of its own and resumes after the last seq when the daemon goes away."""

    def __init__(self, broker, run_id):
        super().__init__(daemon=True)
        self.broker = broker
        self.run_id = run_id
        self.received = queue.Queue()
        self.last_seq = 0
        self.start()

    def run(self):
        try:
            while not self.read_on():
                print(f"resuming after seq {self.last_seq}", flush=True)
                time.sleep(RETRY_SECONDS)
        except Exception as error:  # Belongs to the thread that takes the events.
            self.received.put(error)

    def read_on(self):
        """Reads to the end of the stream. Returns False if the daemon went away first."""
        start = {"run_id": self.run_id, "after_seq": self.last_seq}
        request = broker_pb.SubscribeRequest(**start, wait_for_run=True, notices=True)
        try:
            for response in self.broker.Subscribe(request, timeout=STREAM_SECONDS_MAX, wait_for_ready=True):
                for envelope in response.events.envelopes:
                    check("the next seq", self.last_seq + 1, envelope.seq)
                    self.last_seq = envelope.seq
                    self.received.put(envelope)
                if response.HasField("run_closed"):
                    self.received.put(response.run_closed)
            return True
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.UNAVAILABLE:
                raise
            return False

    def take(self, count):
        """Takes the next events; the one after the last is the run_closed notice."""
        envelopes = []
        while len(envelopes) < count:
            try:
                item = self.received.get(timeout=EVENT_SECONDS_MAX)
            except queue.Empty:
                check(f"events of {self.run_id} in time", count, len(envelopes))
            if isinstance(item, Exception):
                raise item
            envelopes.append(item)
        return envelopes


def event(t, **payload):
    return event_pb2.Event(agent_id="ada", t=t, **payload)


def turn_start(t, gold):
    snapshot = {"state": {"gold": gold, "hero": {"name": "ada", "hp": 10}}}
    return event(t, turn_start={"turn_num": t, "snapshot": snapshot, "profile_name": "baseline"})


def metric(t, value):
    return event(t, metric={"name": "score", "value": value})


def first_turn():
    dig = {"do": "dig", "depth": 2}
    return [
        turn_start(0, gold=100),
        event(0, observation={"entity_count": 3, "classes": ["rock", "tree"]}),
        event(0, llm_prompt={"state_summary": "A field of rocks."}),
        event(0, llm_response={"actions": [dig], "reasoning": "Gold is below.", "cost_usd": 0.25}),
        event(0, action={"action": dig}, attributes={"model": "tiny", "tokens": 17}),
        event(0, action_result={"action_type": "dig", "state_changed": True}),
    ]


def publish_and_follow(broker, runs, run_id):
    follower = RunFollower(broker, run_id)
    runs.OpenRun(runs_pb.OpenRunRequest(run_id=run_id, labels={"by": "python"}), timeout=UNARY_SECONDS_MAX)

    publisher = RunPublisher(broker, run_id)
    published = first_turn()
    request, response = publisher.publish(published)
    check("the first turn", broker_pb.PublishResponse(first_seq=1, last_seq=6), response)
    live = follower.take(6)
    repeat = broker_pb.PublishResponse(first_seq=1, last_seq=6, duplicate=True)
    check("the first turn again", repeat, publisher.send(request))

    second_turn = [turn_start(1, gold=120), metric(1, 1.5)]
    _, response = publisher.publish(second_turn, expected_seq=6)
    check("the second turn", broker_pb.PublishResponse(first_seq=7, last_seq=8), response)
    live += follower.take(2)

    for sent, envelope in zip(published + second_turn, live):
        check("ts of a live event", True, envelope.event.HasField("ts"))
        sent.MergeFrom(event_pb2.Event(ts=envelope.event.ts, schema_version=1))  # The daemon fills these in.
        check("a live event", sent, envelope.event)
    return follower, live


def close_and_read_cold(broker, runs, follower, live):
    run = runs.CloseRun(runs_pb.CloseRunRequest(run_id=follower.run_id), timeout=UNARY_SECONDS_MAX).run
    check("the closed run", (run_pb2.RUN_STATE_CLOSED, 8, 0.25), (run.state, run.persisted_seq, run.cost_usd))
    check("final_seq", 8, follower.take(1)[0].final_seq)

    cold, end = [], None
    request = broker_pb.ColdStreamRequest(run_id=follower.run_id)
    for response in broker.ColdStream(request, timeout=UNARY_SECONDS_MAX):
        cold += response.events.envelopes
        end = response.end
    check("the cold events", live, cold)
    check("the end of the cold stream", (run_pb2.RUN_STATE_CLOSED, 8), (end.state, end.persisted_seq))


def fork(broker, parent_run_id, run_id):
    fork_point = {"parent_run_id": parent_run_id, "parent_t": 1}
    texts = {"mutation_summary": "A rich start.", "reason": "Does gold help?"}
    patch = {"gold": 500, "hero": {"hp": None}}
    request = broker_pb.ForkRequest(**fork_point, run_id=run_id, request_id=run_id, merge_patch=patch, **texts)
    response = broker.Fork(request, timeout=UNARY_SECONDS_MAX)
    world = event_pb2.WorldStateSnapshot(state={"gold": 500, "hero": {"name": "ada"}})
    check("the world of the fork", world, response.snapshot)
    check("seq of the forked turn_start", 7, response.run.parent_seq)

    forked, mutated = RunFollower(broker, run_id).take(2)
    check("seq 1 of the fork", response.envelope, forked)
    payload = event_pb2.ForkPayload(**fork_point, mutation_summary="A rich start.", parent_seq=7, snapshot=world)
    check("the fork event", payload, forked.event.fork)
    check("seq 2 of the fork", (2, "Does gold help?"), (mutated.seq, mutated.event.world_mutation.reason))
    check("the mutation", request.merge_patch, mutated.event.world_mutation.merge_patch)


def failure(method, request):
    """Returns the code, the ErrorInfo's reason and the BadRequest's fields of a call that fails."""
    try:
        return f"an answer: {method(request, timeout=UNARY_SECONDS_MAX)}"
    except grpc.RpcError as error:
        details = dict(error.trailing_metadata()).get("grpc-status-details-bin", b"")
        reason, fields = "", []
        for detail in status_pb2.Status.FromString(details).details:
            info, bad_request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
            if detail.Unpack(info):
                reason = info.reason
            elif detail.Unpack(bad_request):
                fields = [violation.field for violation in bad_request.field_violations]
        return error.code().name, reason, fields


def meet_errors(broker, runs, closed_run_id, open_run_id):
    missing = runs_pb.GetRunRequest(run_id=f"{closed_run_id}-missing")
    check("a missing run", ("NOT_FOUND", "RUN_NOT_FOUND", []), failure(runs.GetRun, missing))
    negative = broker_pb.PublishRequest(run_id=open_run_id, events=[metric(-1, 1)])
    expected = ("INVALID_ARGUMENT", "INVALID_EVENT", ["events[0].t"])
    check("a negative turn", expected, failure(broker.Publish, negative))
    late = broker_pb.PublishRequest(run_id=closed_run_id, events=[metric(2, 1)])
    check("a closed run", ("FAILED_PRECONDITION", "RUN_CLOSED", []), failure(broker.Publish, late))


def resume(broker, run_id):
    follower, publisher = RunFollower(broker, run_id), RunPublisher(broker, run_id)
    publisher.publish([metric(0, 1), metric(0, 2), metric(0, 3)], open_if_missing=True)
    received = follower.take(3)

    print("READY-FOR-RESTART", flush=True)
    sys.stdin.readline()

    publisher.publish([metric(1, 4), metric(1, 5)])
    publisher.publish([metric(2, 6)], close_run=True)
    received += follower.take(3)
    check("final_seq", 6, follower.take(1)[0].final_seq)
    seen = [(envelope.seq, envelope.event.metric.value) for envelope in received]
    check("seq and value across the restart", [(n, n) for n in range(1, 7)], seen)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="localhost:7117", help="the daemon, host:port")
    parser.add_argument("--run", default="python", help="prefix of the run ids")
    options = parser.parse_args()
    run_id = f"{options.run}-{uuid.uuid4().hex[:12]}"
    with grpc.insecure_channel(options.address, KEEPALIVE) as channel:
        broker, runs = broker_grpc.BrokerServiceStub(channel), runs_grpc.RunServiceStub(channel)
        follower, live = publish_and_follow(broker, runs, run_id)
        close_and_read_cold(broker, runs, follower, live)
        fork(broker, run_id, f"{run_id}-fork")
        meet_errors(broker, runs, run_id, f"{run_id}-fork")
        runs.CloseRun(runs_pb.CloseRunRequest(run_id=f"{run_id}-fork"), timeout=UNARY_SECONDS_MAX)
        resume(broker, f"{run_id}-resumed")
    print("ok python")


if __name__ == "__main__":
    try:
        main()
    except (AssertionError, grpc.RpcError) as error:
        sys.exit(f"failed: {error}")
