// Plays a small game into an Eider daemon and reads it back: live, cold, forked and across a restart.
package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	pb "dev.eider/gen/eider/v1"
)

const (
	unaryMax, streamMax, eventMax = 20 * time.Second, 10 * time.Minute, time.Minute
	attemptsMax, retryDelay       = 30, 500 * time.Millisecond
	receivedMax                   = 1000
)

func check(what string, expected, seen any) {
	message, isMessage := expected.(proto.Message)
	if isMessage && !proto.Equal(message, seen.(proto.Message)) || !isMessage && expected != seen {
		log.Fatalf("failed: %s\n  expected: %v\n  seen:     %v", what, expected, seen)
	}
}

func must[A any](answer A, err error) A {
	if err != nil {
		log.Fatalf("failed: %v", err)
	}
	return answer
}

// call calls a unary method.
func call[Q, A any](method func(context.Context, Q, ...grpc.CallOption) (A, error), request Q) (A, error) {
	ctx, cancel := context.WithTimeout(context.Background(), unaryMax)
	defer cancel()
	return method(ctx, request, grpc.WaitForReady(true))
}

// publisher publishes to one run. The producer triple makes it safe to repeat a request whose answer got lost.
type publisher struct {
	broker  pb.BrokerServiceClient
	runID   string
	nextSeq int64
}

func (p *publisher) publish(request *pb.PublishRequest) *pb.PublishResponse {
	request.RunId = p.runID
	request.Producer = &pb.Producer{Id: "arena", Epoch: 1, Seq: p.nextSeq}
	p.nextSeq += int64(len(request.Events))
	return p.send(request)
}

func (p *publisher) send(request *pb.PublishRequest) *pb.PublishResponse {
	for attempt := 1; ; attempt++ {
		answer, err := call(p.broker.Publish, request)
		if status.Code(err) != codes.Unavailable || attempt == attemptsMax {
			return must(answer, err)
		}
		time.Sleep(retryDelay)
	}
}

// follower follows one run and resumes after the last seq when the daemon goes away.
type follower struct {
	broker   pb.BrokerServiceClient
	runID    string
	lastSeq  int64
	received chan proto.Message
}

func follow(broker pb.BrokerServiceClient, runID string) *follower {
	f := &follower{broker, runID, 0, make(chan proto.Message, receivedMax)}
	go func() {
		for err := f.readOn(); !errors.Is(err, io.EOF); err = f.readOn() {
			if status.Code(err) != codes.Unavailable {
				log.Fatalf("failed: %v", err)
			}
			fmt.Println("resuming after seq", f.lastSeq)
			time.Sleep(retryDelay)
		}
	}()
	return f
}

// readOn reads until the stream ends, with io.EOF, or breaks.
func (f *follower) readOn() error {
	ctx, cancel := context.WithTimeout(context.Background(), streamMax)
	defer cancel()
	request := &pb.SubscribeRequest{RunId: f.runID, AfterSeq: f.lastSeq, WaitForRun: true, Notices: true}
	stream, err := f.broker.Subscribe(ctx, request, grpc.WaitForReady(true))
	if err != nil {
		return err
	}
	for {
		response, err := stream.Recv()
		if err != nil {
			return err
		}
		for _, envelope := range response.GetEvents().GetEnvelopes() {
			check("the next seq", f.lastSeq+1, envelope.Seq)
			f.lastSeq = envelope.Seq
			f.received <- envelope
		}
		if closed := response.GetRunClosed(); closed != nil {
			f.received <- closed
		}
	}
}

func next[M proto.Message](f *follower) M {
	select {
	case received := <-f.received:
		message, ok := received.(M)
		check(fmt.Sprintf("kind of %v", received), true, ok)
		return message
	case <-time.After(eventMax):
		log.Fatalf("failed: %s\n  expected: more after seq %d\n  seen:     nothing", f.runID, f.lastSeq)
		panic("unreachable")
	}
}

func (f *follower) take(count int) (envelopes []*pb.EventEnvelope) {
	for len(envelopes) < count {
		envelopes = append(envelopes, next[*pb.EventEnvelope](f))
	}
	return envelopes
}

type object = map[string]any

func structOf(fields object) *structpb.Struct { return must(structpb.NewStruct(fields)) }

func turnStart(t int32, gold int) *pb.Event {
	state := structOf(object{"gold": gold, "hero": object{"name": "ada", "hp": 10}})
	snapshot := &pb.WorldStateSnapshot{Body: &pb.WorldStateSnapshot_State{State: state}}
	payload := &pb.TurnStartPayload{TurnNum: t, Snapshot: snapshot, ProfileName: proto.String("baseline")}
	return &pb.Event{AgentId: "ada", T: t, Payload: &pb.Event_TurnStart{TurnStart: payload}}
}

func metric(t int32, value float64) *pb.Event {
	return &pb.Event{T: t, Payload: &pb.Event_Metric{Metric: &pb.MetricPayload{Name: "score", Value: value}}}
}

func firstTurn() []*pb.Event {
	dig := structOf(object{"do": "dig", "depth": 2})
	response := &pb.LlmResponsePayload{Actions: []*structpb.Struct{dig}, Reasoning: "Gold is below.", CostUsd: 0.25}
	return []*pb.Event{
		turnStart(0, 100),
		{Payload: &pb.Event_Observation{Observation: &pb.ObservationPayload{EntityCount: 3, Classes: []string{"rock"}}}},
		{Payload: &pb.Event_LlmPrompt{LlmPrompt: &pb.LlmPromptPayload{StateSummary: "A field of rocks."}}},
		{Payload: &pb.Event_LlmResponse{LlmResponse: response}, Attributes: structOf(object{"model": "tiny"})},
		{Payload: &pb.Event_Action{Action: &pb.ActionPayload{Action: dig}}},
		{Payload: &pb.Event_ActionResult{ActionResult: &pb.ActionResultPayload{ActionType: "dig", StateChanged: true}}},
	}
}

func publishAndFollow(broker pb.BrokerServiceClient, runs pb.RunServiceClient, f *follower) []*pb.EventEnvelope {
	must(call(runs.OpenRun, &pb.OpenRunRequest{RunId: f.runID, Labels: map[string]string{"by": "go"}}))
	p := &publisher{broker, f.runID, 1}
	first := &pb.PublishRequest{Events: firstTurn()}
	check("the first turn", &pb.PublishResponse{FirstSeq: 1, LastSeq: 6}, p.publish(first))
	live := f.take(6)
	check("the first turn again", &pb.PublishResponse{FirstSeq: 1, LastSeq: 6, Duplicate: true}, p.send(first))

	second := &pb.PublishRequest{Events: []*pb.Event{turnStart(1, 120), metric(1, 1.5)}, ExpectedSeq: proto.Int64(6)}
	check("the second turn", &pb.PublishResponse{FirstSeq: 7, LastSeq: 8}, p.publish(second))
	live = append(live, f.take(2)...)

	for i, published := range append(first.Events, second.Events...) {
		check("ts of a live event", true, live[i].Event.Ts != nil)
		published.Ts, published.SchemaVersion = live[i].Event.Ts, 1 // The daemon fills these in.
		check("a live event", published, live[i].Event)
	}
	return live
}

func closeAndReadCold(broker pb.BrokerServiceClient, runs pb.RunServiceClient, f *follower, live []*pb.EventEnvelope) {
	run := must(call(runs.CloseRun, &pb.CloseRunRequest{RunId: f.runID})).Run
	check("the closed run", "RUN_STATE_CLOSED 8 0.25", fmt.Sprint(run.State, " ", run.PersistedSeq, " ", run.CostUsd))
	check("final_seq", int64(8), next[*pb.SubscribeResponse_RunClosed](f).FinalSeq)

	ctx, cancel := context.WithTimeout(context.Background(), unaryMax)
	defer cancel()
	stream := must(broker.ColdStream(ctx, &pb.ColdStreamRequest{RunId: f.runID}))
	cold, end := &pb.EventBatch{}, &pb.ColdStreamResponse_ColdEnd{}
	for response, err := stream.Recv(); !errors.Is(err, io.EOF); response, err = stream.Recv() {
		must(response, err)
		cold.Envelopes = append(cold.Envelopes, response.GetEvents().GetEnvelopes()...)
		end = response.End
	}
	check("the cold events", &pb.EventBatch{Envelopes: live}, cold)
	check("the end of the cold stream", "RUN_STATE_CLOSED 8", fmt.Sprint(end.GetState(), " ", end.GetPersistedSeq()))
}

func fork(broker pb.BrokerServiceClient, parentRunID, runID string) {
	patch := structOf(object{"gold": 500, "hero": object{"hp": nil}})
	answer := must(call(broker.Fork, &pb.ForkRequest{
		ParentRunId: parentRunID, ParentT: 1, RunId: runID, Mutation: &pb.ForkRequest_MergePatch{MergePatch: patch},
		RequestId: runID, MutationSummary: "A rich start.", Reason: "Does gold help?",
	}))
	world := structOf(object{"gold": 500, "hero": object{"name": "ada"}})
	check("the world of the fork", world, answer.Snapshot.GetState())
	check("seq of the forked turn_start", int64(7), answer.Run.GetParentSeq())

	first := follow(broker, runID).take(2)
	check("seq 1 of the fork", answer.Envelope, first[0])
	event := &pb.ForkPayload{
		ParentRunId: parentRunID, ParentT: 1, MutationSummary: "A rich start.",
		ParentSeq: proto.Int64(7), Snapshot: answer.Snapshot,
	}
	check("the fork event", event, first[0].Event.GetFork())
	check("seq 2 of the fork", "Does gold help?", first[1].Event.GetWorldMutation().GetReason())
}

// failure tells the code, the ErrorInfo's reason and the BadRequest's first field of a call that fails.
func failure(_ any, err error) string {
	var reason, field string
	for _, detail := range status.Convert(err).Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			reason = detail.Reason
		case *errdetails.BadRequest:
			field = detail.FieldViolations[0].Field
		}
	}
	return fmt.Sprintf("%v %s %s", status.Code(err), reason, field)
}

func meetErrors(broker pb.BrokerServiceClient, runs pb.RunServiceClient, closedRunID, openRunID string) {
	missing := failure(call(runs.GetRun, &pb.GetRunRequest{RunId: closedRunID + "-missing"}))
	check("a missing run", "NotFound RUN_NOT_FOUND ", missing)
	negative := &pb.PublishRequest{RunId: openRunID, Events: []*pb.Event{metric(-1, 1)}}
	check("a negative turn", "InvalidArgument INVALID_EVENT events[0].t", failure(call(broker.Publish, negative)))
	late := &pb.PublishRequest{RunId: closedRunID, Events: []*pb.Event{metric(2, 1)}}
	check("a closed run", "FailedPrecondition RUN_CLOSED ", failure(call(broker.Publish, late)))
}

func resume(broker pb.BrokerServiceClient, runID string) {
	f, p := follow(broker, runID), &publisher{broker, runID, 1}
	p.publish(&pb.PublishRequest{Events: []*pb.Event{metric(0, 1), metric(0, 2), metric(0, 3)}, OpenIfMissing: true})
	received := f.take(3)

	fmt.Println("READY-FOR-RESTART")
	bufio.NewScanner(os.Stdin).Scan()

	p.publish(&pb.PublishRequest{Events: []*pb.Event{metric(1, 4), metric(1, 5)}})
	p.publish(&pb.PublishRequest{Events: []*pb.Event{metric(2, 6)}, CloseRun: true})
	received = append(received, f.take(3)...)
	check("final_seq", int64(6), next[*pb.SubscribeResponse_RunClosed](f).FinalSeq)
	for i, envelope := range received {
		check("seq across the restart", int64(i+1), envelope.Seq)
		check("value across the restart", float64(i+1), envelope.Event.GetMetric().GetValue())
	}
}

func main() {
	log.SetFlags(0)
	address := flag.String("address", "localhost:7117", "the daemon, host:port")
	run := flag.String("run", "go", "prefix of the run ids")
	flag.Parse()
	runID := *run + "-" + rand.Text()[:12]
	// Notices within 30 s that the daemon is gone without a word; without it, not at all.
	ping := grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 20 * time.Second, Timeout: 10 * time.Second})
	connection := must(grpc.NewClient(*address, grpc.WithTransportCredentials(insecure.NewCredentials()), ping))
	broker, runs := pb.NewBrokerServiceClient(connection), pb.NewRunServiceClient(connection)
	f := follow(broker, runID)
	closeAndReadCold(broker, runs, f, publishAndFollow(broker, runs, f))
	fork(broker, runID, runID+"-fork")
	meetErrors(broker, runs, runID, runID+"-fork")
	must(call(runs.CloseRun, &pb.CloseRunRequest{RunId: runID + "-fork"}))
	resume(broker, runID+"-resumed")
	fmt.Println("ok go")
}
