// Plays a small game into an Eider daemon and reads it back: live, cold, forked and across a restart.
'use strict';

const { EventEmitter, once } = require('node:events');
const { randomBytes } = require('node:crypto');
const path = require('node:path');
const readline = require('node:readline');
const { setTimeout: pause } = require('node:timers/promises');
const { inspect, isDeepStrictEqual, parseArgs, promisify } = require('node:util');

const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');

const [UNARY_MS_MAX, STREAM_MS_MAX, EVENT_MS_MAX] = [20_000, 600_000, 60_000];
const [ATTEMPTS_MAX, RETRY_MS] = [30, 500];
// Notices within 30 s that the daemon is gone without a word; without it, not at all.
const KEEPALIVE = { 'grpc.keepalive_time_ms': 20_000, 'grpc.keepalive_timeout_ms': 10_000 };
const googleProtos = path.dirname(require.resolve('google-proto-files/package.json'));
const definitions = protoLoader.loadSync(
  ['eider/v1/broker_service.proto', 'eider/v1/run_service.proto', 'google/rpc/error_details.proto'],
  {
    keepCase: true, // Or run_id becomes runId, and a run_id that is set is dropped without a word.
    longs: Number, // A seq is far below 2^53.
    enums: String,
    defaults: true,
    includeDirs: [path.join(__dirname, '../../../proto/src/main/proto'), googleProtos],
  },
);
const { BrokerService, RunService } = grpc.loadPackageDefinition(definitions).eider.v1;
const waitForReady = new grpc.Metadata({ waitForReady: true });
const within = (milliseconds) => ({ deadline: Date.now() + milliseconds });

function check(what, expected, seen) {
  if (!isDeepStrictEqual(expected, seen)) {
    const shown = (value) => inspect(value, { depth: null, breakLength: 110 });
    throw new Error(`${what}\n  expected: ${shown(expected)}\n  seen:     ${shown(seen)}`);
  }
}

function call(client, method, request) {
  return promisify(client[method]).call(client, request, waitForReady, within(UNARY_MS_MAX));
}

/** Publishes to one run. The producer triple makes it safe to repeat a request whose answer got lost. */
class RunPublisher {
  constructor(broker, runId) {
    Object.assign(this, { broker, runId, nextSeq: 1 });
  }

  async publish(events, fields = {}) {
    const producer = { id: 'arena', epoch: 1, seq: this.nextSeq };
    this.nextSeq += events.length;
    const request = { run_id: this.runId, events, producer, ...fields };
    return { request, answer: await this.send(request) };
  }

  async send(request) {
    for (let attempt = 1; ; attempt++) {
      try {
        return await call(this.broker, 'Publish', request);
      } catch (error) {
        if (error.code !== grpc.status.UNAVAILABLE || attempt === ATTEMPTS_MAX) throw error;
        await pause(RETRY_MS);
      }
    }
  }
}

/** Follows one run and resumes after the last seq when the daemon goes away. */
class RunFollower extends EventEmitter {
  constructor(broker, runId) {
    super();
    Object.assign(this, { broker, runId, lastSeq: 0, received: [], ended: false, failure: null });
    this.follow();
  }

  async follow() {
    while (!this.ended && !this.failure) {
      await this.readOn().catch(async (error) => {
        if (error.code !== grpc.status.UNAVAILABLE) return (this.failure = error);
        console.log(`resuming after seq ${this.lastSeq}`);
        return pause(RETRY_MS);
      });
      this.emit('change');
    }
  }

  async readOn() {
    const request = { run_id: this.runId, after_seq: this.lastSeq, wait_for_run: true, notices: true };
    for await (const response of this.broker.Subscribe(request, waitForReady, within(STREAM_MS_MAX))) {
      for (const envelope of response.events?.envelopes ?? []) {
        check('the next seq', this.lastSeq + 1, envelope.seq);
        this.lastSeq = envelope.seq;
        this.received.push(envelope);
      }
      if (response.run_closed) this.received.push(response.run_closed);
      this.emit('change');
    }
    this.ended = true;
  }

  /** Takes the next events; the one after the last is the run_closed notice. */
  async take(count) {
    const signal = AbortSignal.timeout(EVENT_MS_MAX);
    while (this.received.length < count) {
      if (this.failure) throw this.failure;
      await once(this, 'change', { signal }).catch(() => check(`${this.runId} sends`, count, this.received.length));
    }
    return this.received.splice(0, count);
  }
}

// A google.protobuf.Value has its fields in camelCase, whatever keepCase says: the library brings its own struct.proto.
function value(json) {
  if (json === null) return { nullValue: 'NULL_VALUE' };
  if (typeof json === 'object') return { structValue: struct(json) };
  return typeof json === 'string' ? { stringValue: json } : { numberValue: json };
}

function struct(json) {
  return { fields: Object.fromEntries(Object.entries(json).map(([key, item]) => [key, value(item)])) };
}

const event = (t, payload) => ({ agent_id: 'ada', t, ...payload });
const metric = (t, number) => event(t, { metric: { name: 'score', value: number } });

function turnStart(t, gold) {
  const snapshot = { state: struct({ gold, hero: { name: 'ada', hp: 10 } }) };
  return event(t, { turn_start: { turn_num: t, snapshot, profile_name: 'baseline' } });
}

function firstTurn() {
  const dig = struct({ do: 'dig', depth: 2 });
  return [
    turnStart(0, 100),
    event(0, { observation: { entity_count: 3, classes: ['rock', 'tree'] } }),
    event(0, { llm_prompt: { state_summary: 'A field of rocks.' } }),
    event(0, { llm_response: { actions: [dig], reasoning: 'Gold is below.', cost_usd: 0.25 } }),
    event(0, { action: { action: dig }, attributes: struct({ model: 'tiny', tokens: 17 }) }),
    event(0, { action_result: { action_type: 'dig', state_changed: true } }),
  ];
}

async function publishAndFollow(broker, runs, runId) {
  const follower = new RunFollower(broker, runId);
  await call(runs, 'OpenRun', { run_id: runId, labels: { by: 'node' } });

  const publisher = new RunPublisher(broker, runId);
  const first = await publisher.publish(firstTurn());
  check('the first turn', { first_seq: 1, last_seq: 6, duplicate: false }, first.answer);
  const live = await follower.take(6);
  const repeat = await publisher.send(first.request);
  check('the first turn again', { first_seq: 1, last_seq: 6, duplicate: true }, repeat);

  const second = await publisher.publish([turnStart(1, 120), metric(1, 1.5)], { expected_seq: 6 });
  check('the second turn', { first_seq: 7, last_seq: 8, duplicate: false }, second.answer);
  live.push(...(await follower.take(2)));

  const { serialize, deserialize } = definitions['eider.v1.Event']; // There and back, what was left out is filled in.
  [...first.request.events, ...second.request.events].forEach((published, index) => {
    const seen = live[index].event;
    check('ts of a live event', true, seen.ts !== null);
    check('a live event', { ...deserialize(serialize(published)), ts: seen.ts, schema_version: 1 }, seen);
  });
  return { follower, live };
}

async function closeAndReadCold(broker, runs, { follower, live }) {
  const { run } = await call(runs, 'CloseRun', { run_id: follower.runId });
  check('the closed run', ['RUN_STATE_CLOSED', 8, 0.25], [run.state, run.persisted_seq, run.cost_usd]);
  check('final_seq', 8, (await follower.take(1))[0].final_seq);

  let [cold, end] = [[], null];
  for await (const response of broker.ColdStream({ run_id: follower.runId }, within(UNARY_MS_MAX))) {
    cold = cold.concat(response.events?.envelopes ?? []);
    end = response.end;
  }
  check('the cold events', live, cold);
  check('the end of the cold stream', ['RUN_STATE_CLOSED', 8], [end?.state, end?.persisted_seq]);
}

async function fork(broker, parentRunId, runId) {
  const forkPoint = { parent_run_id: parentRunId, parent_t: 1 };
  const texts = { mutation_summary: 'A rich start.', reason: 'Does gold help?' };
  const merge_patch = struct({ gold: 500, hero: { hp: null } });
  const answer = await call(broker, 'Fork', { ...forkPoint, ...texts, run_id: runId, request_id: runId, merge_patch });
  check('the world of the fork', struct({ gold: 500, hero: { name: 'ada' } }), answer.snapshot.state);
  check('seq of the forked turn_start', 7, answer.run.parent_seq);

  const [forked, mutated] = await new RunFollower(broker, runId).take(2);
  check('seq 1 of the fork', answer.envelope, forked);
  const { mutation_summary } = texts;
  const payload = { ...forkPoint, mutation_summary, parent_seq: 7, snapshot: answer.snapshot };
  check('the fork event', payload, forked.event.fork);
  check('seq 2 of the fork', [2, texts.reason], [mutated.seq, mutated.event.world_mutation?.reason]);
}

/** Gives the code, the ErrorInfo's reason and the BadRequest's fields of a call that fails. */
async function failure(client, method, request) {
  let [reason, fields] = ['', []];
  const error = await call(client, method, request).catch((refusal) => refusal);
  for (const bytes of error.metadata?.get('grpc-status-details-bin') ?? []) {
    for (const detail of definitions['google.rpc.Status'].deserialize(bytes).details) {
      const decoded = definitions[detail.type_url.split('/').pop()].deserialize(detail.value);
      if (decoded.reason) reason = decoded.reason;
      if (decoded.field_violations) fields = decoded.field_violations.map(({ field }) => field);
    }
  }
  return [grpc.status[error.code], reason, fields];
}

async function meetErrors(broker, runs, closedRunId, openRunId) {
  const missing = await failure(runs, 'GetRun', { run_id: `${closedRunId}-missing` });
  check('a missing run', ['NOT_FOUND', 'RUN_NOT_FOUND', []], missing);
  const negative = await failure(broker, 'Publish', { run_id: openRunId, events: [metric(-1, 1)] });
  check('a negative turn', ['INVALID_ARGUMENT', 'INVALID_EVENT', ['events[0].t']], negative);
  const late = await failure(broker, 'Publish', { run_id: closedRunId, events: [metric(2, 1)] });
  check('a closed run', ['FAILED_PRECONDITION', 'RUN_CLOSED', []], late);
}

async function resume(broker, runId) {
  const [follower, publisher] = [new RunFollower(broker, runId), new RunPublisher(broker, runId)];
  await publisher.publish([metric(0, 1), metric(0, 2), metric(0, 3)], { open_if_missing: true });
  const received = await follower.take(3);

  console.log('READY-FOR-RESTART');
  for await (const _line of readline.createInterface({ input: process.stdin })) break;

  await publisher.publish([metric(1, 4), metric(1, 5)]);
  await publisher.publish([metric(2, 6)], { close_run: true });
  received.push(...(await follower.take(3)));
  check('final_seq', 6, (await follower.take(1))[0].final_seq);
  const seen = received.map((envelope) => [envelope.seq, envelope.event.metric.value]);
  check('seq and value across the restart', [1, 2, 3, 4, 5, 6].map((n) => [n, n]), seen);
}

async function main() {
  const text = (byDefault) => ({ type: 'string', default: byDefault });
  const { address, run } = parseArgs({ options: { address: text('localhost:7117'), run: text('node') } }).values;
  const runId = `${run}-${randomBytes(6).toString('hex')}`;
  const broker = new BrokerService(address, grpc.credentials.createInsecure(), KEEPALIVE);
  const runs = new RunService(address, grpc.credentials.createInsecure(), KEEPALIVE);
  await closeAndReadCold(broker, runs, await publishAndFollow(broker, runs, runId));
  await fork(broker, runId, `${runId}-fork`);
  await meetErrors(broker, runs, runId, `${runId}-fork`);
  await call(runs, 'CloseRun', { run_id: `${runId}-fork` });
  await resume(broker, `${runId}-resumed`);
  console.log('ok node');
}

main().then(() => process.exit(0), (error) => {
  console.error(`failed: ${error.message}`);
  process.exit(1);
});
