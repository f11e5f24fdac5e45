"""Publishes what a converter makes of files into an Eider daemon."""

import argparse
import gzip
import hashlib
import json
import os
import pathlib
import re
import time

import grpc

from eider.v1 import broker_service_pb2 as broker_pb, broker_service_pb2_grpc as broker_grpc
from eider.v1 import run_service_pb2 as runs_pb, run_service_pb2_grpc as runs_grpc

BATCH_EVENTS_MAX = 500
BATCH_BYTES_MAX = 1 << 20  # Or one larger event.
ATTEMPTS_MAX = 30
RETRY_SECONDS = 0.5
CALL_SECONDS_MAX = 60
STREAM_SECONDS_MAX = 600


class Source:
    """A file to convert: JSON or one JSON value a line, as it is or compressed with gzip."""

    def __init__(self, path, prefix=None, model=None):
        self.path, self.model = pathlib.Path(path), model
        self.prefix = prefix or self.path.name.split(".")[0]
        self.seconds = int(self.path.stat().st_mtime)

    def read(self):
        data = self.path.read_bytes()
        text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode()
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return [json.loads(line) for line in text.splitlines() if line.strip()]

    def transcripts(self):
        """Returns the run ids and transcripts of a file that holds one, many, or a bare list of messages."""
        document = self.read()
        if isinstance(document, list) and document and "role" in document[0]:
            document = {"messages": document}
        if isinstance(document, dict):
            return [(self.run_id(), document)]
        return [(self.run_id(number), transcript) for number, transcript in enumerate(document)]

    def run_id(self, *parts):
        """Makes a run id of the file's name and what tells its runs apart; the same each time."""
        wanted = "-".join(str(part) for part in (self.prefix, *parts))
        allowed = re.sub(r"[^A-Za-z0-9._-]", "-", wanted).lstrip(".-")[:128]
        if allowed == wanted:
            return wanted
        return f"{allowed[:115] or 'run'}-{hashlib.sha256(wanted.encode()).hexdigest()[:12]}"


def requests(recording):
    """Cuts the events into requests. They are the same each time, so the daemon knows a repeat by its producer."""
    batch, size, first = [], 0, 1
    for event in recording.events:
        if batch and (len(batch) == BATCH_EVENTS_MAX or size + event.ByteSize() > BATCH_BYTES_MAX):
            yield request(recording.run_id, batch, first)
            first += len(batch)
            batch, size = [], 0
        batch.append(event)
        size += event.ByteSize()
    yield request(recording.run_id, batch, first)


def request(run_id, events, first):
    producer = broker_pb.Producer(id="converter", epoch=1, seq=first)
    publish = broker_pb.PublishRequest(run_id=run_id, events=events, producer=producer)
    return broker_pb.PublishStreamRequest(request_id=str(first), publish=publish)


def publish_once(channel, recording):
    broker, runs = broker_grpc.BrokerServiceStub(channel), runs_grpc.RunServiceStub(channel)
    opening = {"run_id": recording.run_id, "request_id": recording.run_id, "labels": recording.labels}
    runs.OpenRun(runs_pb.OpenRunRequest(**opening), timeout=CALL_SECONDS_MAX, wait_for_ready=True)
    for response in broker.PublishStream(requests(recording), timeout=STREAM_SECONDS_MAX):
        if response.HasField("error"):
            raise SystemExit(f"{recording.run_id}: {response.error.message}")
    closing = runs_pb.CloseRunRequest(run_id=recording.run_id, outcome=recording.outcome)
    return runs.CloseRun(closing, timeout=CALL_SECONDS_MAX).run


def publish(channel, recording):
    """Opens, fills and closes a run. A repeat changes nothing, so a lost answer or a second start does no harm."""
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            return publish_once(channel, recording)
        except grpc.RpcError as error:
            if attempt == ATTEMPTS_MAX or error.code() != grpc.StatusCode.UNAVAILABLE:
                raise SystemExit(f"{recording.run_id}: {error.details()}")
            time.sleep(RETRY_SECONDS)


def main(convert, description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("files", nargs="+")
    address = os.environ.get("EIDER_ADDRESS", "localhost:7117")
    parser.add_argument("--address", default=address, help="the daemon; EIDER_ADDRESS sets the default")
    parser.add_argument("--run", help="what the run ids begin with; the file's name if not given")
    parser.add_argument("--model", help="the model, where the file does not name it")
    options = parser.parse_args()
    with grpc.insecure_channel(options.address) as channel:
        for path in options.files:
            for recording in convert(Source(path, options.run, options.model)):
                run = publish(channel, recording)
                print(f"{run.run_id}: {run.event_count} events, {run.last_t + 1} turns, {run.cost_usd:g} USD")
