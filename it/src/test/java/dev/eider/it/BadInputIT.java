package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.Producer;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.RunServiceGrpc;
import dev.eider.v1.WorldStateSnapshot;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each request that breaks a rule is refused with its code, its reason, the field at fault and the
 * number of the limit, and writes nothing; a reader and a publisher on the same connection do not
 * notice.
 *
 * <p>The tables hold requests in protobuf's text format, in which {@code <words*N>} is N times the
 * words and {@link #expand} knows some names.
 */
@Timeout(60)
class BadInputIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Pattern REPEATED = Pattern.compile("<(.+?)\\*(\\d+)>");
  private static final String GOOD = "events { agent_id: 'ada' metric { name: 'n' value: 1 } } ";
  @RegisterExtension static final DaemonExtension EXTENSION = DaemonExtension.shared();

  private static RunReader innocentReader;
  private static long published;

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @BeforeAll
  static void startInnocents() {
    Daemon daemon = EXTENSION.daemon();
    RunCalls runs = new RunCalls(daemon);
    runs.publish("innocent", Events.metrics(1, 0));
    published = 1;
    innocentReader = RunReader.fromStart(daemon.channel(), "innocent");
    runs.publish("closed", Events.metrics(3, 0));
    runs.close("closed");
    WorldStateSnapshot save =
        WorldStateSnapshot.newBuilder().setOpaque(ByteString.copyFromUtf8("save")).build();
    daemon
        .broker()
        .publish(
            PublishRequest.newBuilder()
                .setRunId("produced")
                .setOpenIfMissing(true)
                .setProducer(Producer.newBuilder().setId("p").setEpoch(5).setSeq(1))
                .addAllEvents(Events.metrics(3, 0))
                .build());
    runs.publish("worldless", Events.turnStart("ada", 0));
    runs.publish("opaque", Events.turnStart("ada", 0, save));
    runs.publish(
        "parent", Events.metric("ada", 0, "n", 1), Events.turnStart("ada", 0, Events.gold(10)));
    daemon
        .broker()
        .fork(
            ForkRequest.newBuilder()
                .setParentRunId("parent")
                .setRequestId("used")
                .setRunId("child")
                .build());
    runs.awaitPersisted("child", SOON);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          t: -1 metric { name: 'n' } | t
          agent_id: 'ada' | payload
          agent_id: 'a\\tb' metric { name: 'n' } | agent_id
          agent_id: '<a*129>' metric { name: 'n' } | agent_id 128
          ts { nanos: -5 } metric { name: 'n' } | ts
          metric { value: 1 } | metric.name
          metric { name: 'n' value: nan } | metric.value
          llm_response { cost_usd: inf } | llm_response.cost_usd
          turn_start { turn_num: -1 } | turn_start.turn_num
          turn_start { snapshot { opaque: '' media_type: '<m*257>' } } \
              | turn_start.snapshot.media_type 256
          observation { entity_count: -1 } | observation.entity_count
          action { index_in_turn: -1 } | action.index_in_turn
          action_result { index_in_turn: -1 } | action_result.index_in_turn
          metric { name: 'n' } attributes { fields { key: 'x' value { number_value: nan } } } \
              | attributes
          metric { name: 'n' } attributes { fields { key: 'x' value { } } } | attributes
          metric { name: 'n' } attributes { fields { key: 'x' value { list_value { \
              values { struct_value { INFINITE } } } } } } | attributes
          metric { name: 'n' } ts { nanos: 1000000000 } | ts
          turn_start { snapshot { state { INFINITE } } } | turn_start.snapshot.state
          llm_response { actions { } actions { INFINITE } } | llm_response.actions[1]
          action { action { INFINITE } } | action.action
          fork { } | fork.parent_run_id
          fork { parent_run_id: 'a' parent_t: -1 } | fork.parent_t
          fork { parent_run_id: 'a' parent_seq: 0 } | fork.parent_seq
          fork { parent_run_id: 'a' snapshot { state { INFINITE } } } | fork.snapshot.state
          world_mutation { merge_patch { INFINITE } } | world_mutation.merge_patch
          world_mutation { json_patch { INFINITE } } | world_mutation.json_patch[0]
          """)
  void shouldRefuseABadEventBehindGoodOnes(String event, String fieldAndLimit) {
    shouldRefuse(
        "Publish",
        "run_id: 'innocent' " + GOOD + GOOD + "events { " + event + " }",
        "INVALID_EVENT events[2]." + fieldAndLimit);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # method | request | reason, field at fault or a dash, what else is said
          Publish | run_id: '' | INVALID_RUN_ID run_id
          Publish | run_id: 'a/b' | INVALID_RUN_ID run_id
          Publish | run_id: '.a' | INVALID_RUN_ID run_id
          Publish | run_id: '-a' | INVALID_RUN_ID run_id
          Publish | run_id: 'spiel-ü' | INVALID_RUN_ID run_id
          Publish | run_id: '<a*129>' | INVALID_RUN_ID run_id 128
          Publish | run_id: 'innocent' | INVALID_REQUEST events
          Publish | run_id: 'innocent' <GOOD*10001> | BATCH_TOO_LARGE - 10000 10001
          Publish | run_id: 'nowhere' GOOD | RUN_NOT_FOUND
          Publish | run_id: 'closed' GOOD | RUN_CLOSED - head_seq=3 outcome
          Publish | run_id: 'innocent' GOOD expected_seq: 9999 | SEQ_MISMATCH - expected=9999 actual
          Publish | run_id: 'innocent' GOOD producer { seq: 1 } | INVALID_REQUEST producer.id
          Publish | run_id: 'innocent' GOOD producer { id: 'p' epoch: -1 seq: 1 } \
              | INVALID_REQUEST producer.epoch
          Publish | run_id: 'innocent' GOOD producer { id: 'p' } | INVALID_REQUEST producer.seq
          Publish | run_id: 'produced' GOOD producer { id: 'p' epoch: 5 seq: 6 } \
              | PRODUCER_GAP - expected=4 actual=6
          Publish | run_id: 'produced' GOOD GOOD producer { id: 'p' epoch: 5 seq: 3 } | PRODUCER_GAP
          Publish | run_id: 'produced' GOOD producer { id: 'p' epoch: 6 seq: 2 } | PRODUCER_GAP
          Publish | run_id: 'produced' GOOD producer { id: 'p' epoch: 4 seq: 4 } \
              | PRODUCER_FENCED - current_epoch=5
          Subscribe | run_id: '' | INVALID_RUN_ID run_id
          Subscribe | run_id: 'nowhere' | RUN_NOT_FOUND
          Subscribe | run_id: 'innocent' after_seq: -1 | INVALID_REQUEST after_seq
          Subscribe | run_id: 'innocent' max_batch: 10001 | INVALID_REQUEST max_batch 10000
          Subscribe | run_id: 'innocent' filter { kinds: 'explosion' } \
              | INVALID_REQUEST filter.kinds[0]
          Subscribe | run_id: 'innocent' filter { <agent_ids: 'a' *1001> } \
              | INVALID_REQUEST filter.agent_ids 1000
          Subscribe | run_id: 'closed' after_seq: 4 | SEQ_BEYOND_HEAD - head_seq=3
          ColdStream | run_id: 'innocent' after_seq: -1 | INVALID_REQUEST after_seq
          ColdStream | run_id: 'innocent' until_seq: -1 | INVALID_REQUEST until_seq
          ColdStream | run_id: 'nowhere' | RUN_NOT_FOUND
          ColdStream | run_id: 'child' after_run_id: 'parent' \
              | INVALID_REQUEST after_run_id include_inherited
          ColdStream | run_id: 'child' INHERITED after_run_id: 'closed' \
              | INVALID_REQUEST after_run_id
          ColdStream | run_id: 'child' INHERITED after_run_id: 'parent' after_seq: 2 \
              | SEQ_BEYOND_HEAD - up to 1
          OpenRun | run_id: 'a b' | INVALID_RUN_ID run_id
          OpenRun | run_id: 'innocent' | RUN_ALREADY_EXISTS
          OpenRun | run_id: 'labelled' LABELS | INVALID_REQUEST labels 64
          OpenRun | run_id: 'labelled' labels { key: '' } | INVALID_REQUEST labels[""]
          OpenRun | run_id: 'labelled' labels { key: '<k*129>' } | INVALID_REQUEST - 1-128
          OpenRun | run_id: 'labelled' labels { key: 'k' value: '<v*1025>' } \
              | INVALID_REQUEST labels["k"]
          OpenRun | run_id: 'long' request_id: '<r*129>' | INVALID_REQUEST request_id 128
          CloseRun | run_id: 'nowhere' | RUN_NOT_FOUND
          CloseRun | run_id: 'closed' outcome: RUN_OUTCOME_FAILED | RUN_CLOSED - outcome
          GetRun | run_id: 'nowhere' | RUN_NOT_FOUND
          GetSnapshot | run_id: 'innocent' t: -1 | INVALID_REQUEST t
          ListRuns | page_size: 1001 | INVALID_REQUEST page_size 1000
          ListRuns | page_token: 'not one of ours' | INVALID_REQUEST page_token
          DiffRuns | left_run_id: 'nowhere' | INVALID_RUN_ID right_run_id
          DiffRuns | left_run_id: 'nowhere' right_run_id: 'closed' | RUN_NOT_FOUND - nowhere
          Fork | parent_run_id: 'a/b' | INVALID_RUN_ID parent_run_id
          Fork | parent_run_id: 'parent' run_id: '../up' | INVALID_RUN_ID run_id
          Fork | parent_run_id: 'parent' parent_t: -1 | INVALID_REQUEST parent_t
          Fork | parent_run_id: 'parent' mutation_summary: '<s*16385>' \
              | INVALID_REQUEST mutation_summary 16384
          Fork | parent_run_id: 'nowhere' | RUN_NOT_FOUND
          Fork | parent_run_id: 'parent' parent_t: 9 | TURN_NOT_FOUND
          Fork | parent_run_id: 'parent' agent_id: 'bob' | TURN_NOT_FOUND
          Fork | parent_run_id: 'worldless' | SNAPSHOT_MISSING
          Fork | parent_run_id: 'opaque' GOLD | SNAPSHOT_OPAQUE
          Fork | parent_run_id: 'opaque' OP(remove /gold) | SNAPSHOT_OPAQUE
          Fork | parent_run_id: 'parent' OP(remove /silver) | MUTATION_INVALID
          Fork | parent_run_id: 'parent' OP(test /gold) | MUTATION_INVALID
          Fork | parent_run_id: 'parent' OP(explode /gold) | MUTATION_INVALID
          Fork | parent_run_id: 'parent' OP(remove gold) | MUTATION_INVALID
          Fork | parent_run_id: 'parent' run_id: 'closed' | RUN_ALREADY_EXISTS
          Fork | parent_run_id: 'parent' request_id: 'used' GOLD | FORK_ALREADY_EXISTS
          """)
  void shouldRefuse(String method, String request, String reasonAndFacts) {
    Map<String, Long> before = runs.heads();
    List<String> expected = List.of(reasonAndFacts.split(" "));

    Refusal refusal = Refusal.of(() -> call(method, request));

    refusal.shouldBe(codeOf(expected.get(0)), expected.get(0));
    assertThat(refusal.fields())
        .as("fields of %s", refusal)
        .containsAll(expected.stream().skip(1).limit(1).filter(it -> !it.equals("-")).toList());
    String said = refusal.message() + refusal.metadata();
    assertThat(expected.stream().skip(2)).as(said).allMatch(said::contains);
    assertThat(runs.heads()).isEqualTo(before);
    runs.publish("innocent", Events.metrics(1, published));
    published++;
    innocentReader.awaitSeq(published, SOON);
  }

  private static Status.Code codeOf(String reason) {
    return switch (reason) {
      case "RUN_NOT_FOUND", "TURN_NOT_FOUND" -> Status.Code.NOT_FOUND;
      case "RUN_ALREADY_EXISTS", "FORK_ALREADY_EXISTS" -> Status.Code.ALREADY_EXISTS;
      case "SEQ_BEYOND_HEAD" -> Status.Code.OUT_OF_RANGE;
      case "PRODUCER_FENCED" -> Status.Code.ABORTED;
      case "RUN_CLOSED", "SEQ_MISMATCH", "PRODUCER_GAP", "SNAPSHOT_MISSING", "SNAPSHOT_OPAQUE" ->
          Status.Code.FAILED_PRECONDITION;
      default -> Status.Code.INVALID_ARGUMENT;
    };
  }

  private void call(String name, String request) throws TextFormat.ParseException {
    MethodDescriptor<?, ?> method =
        Stream.of(BrokerServiceGrpc.getServiceDescriptor(), RunServiceGrpc.getServiceDescriptor())
            .flatMap(service -> service.getMethods().stream())
            .filter(one -> name.equals(one.getBareMethodName()))
            .findFirst()
            .orElseThrow();
    send(method, expand(request));
  }

  private <Q, A> void send(MethodDescriptor<Q, A> method, String text)
      throws TextFormat.ParseException {
    var marshaller = (PrototypeMarshaller<Q>) method.getRequestMarshaller();
    Message.Builder request = ((Message) marshaller.getMessagePrototype()).newBuilderForType();
    TextFormat.merge(text, request);
    Q message = marshaller.getMessageClass().cast(request.build());
    ClientCalls.blockingServerStreamingCall(daemon.channel(), method, CallOptions.DEFAULT, message)
        .hasNext();
  }

  private static String expand(String request) {
    StringBuilder labels = new StringBuilder();
    for (int i = 0; i <= 64; i++) {
      labels.append("labels { key: 'k").append(i).append("' value: 'v' } ");
    }
    String named =
        request
            .replace("GOOD", GOOD)
            .replace("INFINITE", "fields { key: 'x' value { number_value: inf } }")
            .replace("GOLD", "merge_patch { fields { key: 'gold' value { number_value: 1 } } }")
            .replace("LABELS", labels)
            .replace("INHERITED", "include_inherited: true")
            .replaceAll(
                "OP\\((\\S+) (\\S+)\\)",
                "json_patch { ops { op: '$1' path: '$2' value { number_value: 99 } } }");
    return REPEATED
        .matcher(named)
        .replaceAll(found -> found.group(1).repeat(Integer.parseInt(found.group(2))));
  }

  @AfterAll
  static void shouldHaveLeftTheInnocentsAlone() {
    new RunCalls(EXTENSION.daemon()).close("innocent");
    innocentReader.awaitRunClosed(SOON).shouldHaveAllUpTo(published);
  }
}
