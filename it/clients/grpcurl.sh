#!/usr/bin/env bash
# Runs every grpcurl example in the comments of the .proto files, as written but for the address, and checks what comes
# back. Usage: grpcurl.sh HOST:PORT, against a daemon that has no run game-1 or game-1b yet. Needs grpcurl and python3.
set -uo pipefail

address=${1:?usage: grpcurl.sh HOST:PORT}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
protos="$here/../../proto/src/main/proto/eider/v1"
work=$(mktemp -d)
follower=
trap '[ -z "$follower" ] || kill "$follower" 2>/dev/null; rm -rf "$work"' EXIT
passed=0
failed=0

pass() { passed=$((passed + 1)); echo "pass  $1"; }

fail() { # fail NAME WHY FILE...: with what the command printed
  failed=$((failed + 1))
  echo "FAIL  $1: $2"
  sed 's/^/      /' "${@:3}"
}

# Writes each example to a file named after its RPC. An example begins with `grpcurl`, or what is piped into it, and goes
# on until its quotes are closed and no backslash continues it.
extract() {
  mkdir "$work/examples"
  awk -v folder="$work/examples" '
    !taking && /^ *\/\/ +(grpcurl|base64) / { taking = 1; text = "" }
    taking {
      sub(/^ *\/\/ */, "")
      text = text $0 "\n"
      if (gsub(/\047/, "&", text) % 2 == 0 && !/\\$/) {
        name = text
        sub(/[ \n]*$/, "", name)
        sub(/.*\//, "", name)
        printf "%s", text > (folder "/" name)
        close(folder "/" name)
        taking = 0
      }
    }' "$protos"/*_service.proto
}

# holds FILE EXPRESSION: is the Python expression true of the JSON documents in the file, the list `out`? Field names
# are those of the .proto files: grpcurl prints them so or in camelCase, as the daemon's reflection has them.
holds() {
  python3 - "$1" "$2" 2>/dev/null <<'PY'
import json, re, sys
def snake(fields):
    return {re.sub("[A-Z]", lambda capital: "_" + capital[0].lower(), name): value for name, value in fields}
text, out = open(sys.argv[1]).read().strip(), []
while text:
    document, end = json.JSONDecoder(object_pairs_hook=snake).raw_decode(text)
    out.append(document)
    text = text[end:].lstrip()
sys.exit(0 if eval("(" + sys.argv[2] + ")") else 1)
PY
}

# judge NAME EXPECTED_EXIT SEEN_EXIT EXPRESSION
judge() {
  local out="$work/$1.out" err="$work/$1.err"
  if [ "$3" != "$2" ]; then
    fail "$1" "exit code $3 instead of $2" "$out" "$err"
  elif ! holds "$out" "$4"; then
    fail "$1" "not so: $4" "$out"
  else
    pass "$1"
  fi
}

# run_example NAME SECONDS_MAX: runs one example, with a bound on its time.
run_example() {
  sed -e "s/localhost:7117/$address/" -e "s/^grpcurl /grpcurl -max-time $2 /" "$work/examples/$1" >"$work/$1.sh"
  touch "$work/$1.ran"
  bash "$work/$1.sh" >"$work/$1.out" 2>"$work/$1.err"
}

# exported_file FILE: the bytes of the responses in the file. The example of ImportRuns finds them as it names its file.
exported_file() {
  python3 - "$1" <<'PY'
import base64, re, sys
for data in re.findall(r'"data": "([^"]*)"', open(sys.argv[1]).read()):
    sys.stdout.buffer.write(base64.b64decode(data))
PY
}

example() { # example NAME EXPRESSION
  run_example "$1" 20
  judge "$1" 0 $? "$2"
}

call() { # call NAME EXPECTED_EXIT EXPRESSION ARGUMENTS...: a call that is no example
  grpcurl -plaintext -max-time 20 "${@:4}" >"$work/$1.out" 2>"$work/$1.err"
  judge "$1" "$2" $? "$3"
}

says() { # says NAME WORDS ARGUMENTS...: a grpcurl command whose output is text and holds each of the words
  local word
  if ! grpcurl -plaintext -max-time 20 "${@:3}" >"$work/$1.out" 2>"$work/$1.err"; then
    fail "$1" "it failed" "$work/$1.err"
    return
  fi
  for word in $2; do
    grep -qF -- "$word" "$work/$1.out" || { fail "$1" "$word is missing" "$work/$1.out"; return; }
  done
  pass "$1"
}

extract
cd "$work" || exit 1

services="eider.v1.BrokerService eider.v1.RunService eider.v1.QueryService eider.v1.ServerInfoService"
says list "$services grpc.health.v1.Health grpc.reflection.v1.ServerReflection" "$address" list
says describe "$services" "$address" describe
for service in $services; do
  rpcs=$(awk -v service="${service##*.}" '
    $1 == "service" { within = $2 == service }
    within && $1 == "rpc" { sub(/\(.*/, "", $2); print $2 }' "$protos"/*_service.proto)
  says "describe-$service" "$rpcs" "$address" describe "$service"
done
says describe-event "turn_start llm_response world_mutation" "$address" describe eider.v1.Event
call health 0 'out[0]["status"] == "SERVING"' "$address" grpc.health.v1.Health/Check

example OpenRun 'out[0]["run"]["run_id"] == "game-1" and out[0]["run"]["labels"] == {"arena": "gold"}'
run_example Subscribe 90 &
follower=$!
touch "$work/Subscribe.ran"
deadline=$((SECONDS + 20)) # Without it in time, the check of Subscribe fails.
until grep -qi 'caught_\?up' Subscribe.out 2>/dev/null || [ $SECONDS -ge $deadline ]; do sleep 0.1; done
example Publish 'out == [{"first_seq": "1", "last_seq": "1"}]'
example PublishStream 'out == [{"request_id": "a", "published": {"first_seq": "2", "last_seq": "2"}}]'
call publish-turn-start 0 'out == [{"first_seq": "3", "last_seq": "3"}]' -d '{"run_id": "game-1", "events": [
  {"agent_id": "ada", "t": 3, "turn_start": {"turn_num": 3, "snapshot": {"state": {"gold": 100, "hp": 7}}}}]}' \
  "$address" eider.v1.BrokerService/Publish
example GetSnapshot 'out[0]["snapshot"]["state"] == {"gold": 100, "hp": 7}'
example Fork 'out[0]["run"]["run_id"] == "game-1b" and out[0]["run"]["parent_seq"] == "3"
  and out[0]["snapshot"]["state"] == {"gold": 500, "hp": 7} and out[0]["envelope"]["seq"] == "1"
  and out[0]["envelope"]["event"]["fork"]["parent_run_id"] == "game-1"'
example GetRun 'out[0]["run"]["head_seq"] == "3" and out[0]["run"]["state"] == "RUN_STATE_OPEN"'
example ListRuns '[run["run_id"] for run in out[0]["runs"]][:2] == ["game-1b", "game-1"]'
run_example WatchRuns 3 # A watch has no end: grpcurl's is DEADLINE_EXCEEDED, exit code 64 + 4.
judge WatchRuns 68 $? '{"game-1", "game-1b"} <= {part["existing"]["run_id"] for part in out if "existing" in part}
  and int([part["listed"] for part in out if "listed" in part][0]["run_count"]) >= 2'
run_example SubscribeAll 3 # It has no end either.
judge SubscribeAll 68 $? '[(e["run_id"], e["seq"]) for part in out for e in part.get("events", {}).get("envelopes", [])]
  == [("game-1", "1"), ("game-1", "2"), ("game-1", "3")]
  and "caught_up" in out[-1] and all(part["resume_token"] for part in out)'
example CloseRun 'out[0]["run"]["state"] == "RUN_STATE_CLOSED" and out[0]["run"]["persisted_seq"] == "3"'
wait "$follower"
judge Subscribe 0 $? '"caught_up" in out[0] and out[-1]["run_closed"]["final_seq"] == "3"
  and [e["seq"] for part in out for e in part.get("events", {}).get("envelopes", [])] == ["1", "2", "3"]'
follower=
example ColdStream '[e["seq"] for part in out for e in part.get("events", {}).get("envelopes", [])] == ["1", "2", "3"]
  and out[-1]["end"]["persisted_seq"] == "3" and out[-1]["end"]["state"] == "RUN_STATE_CLOSED"'
example DiffRuns 'out[0]["divergence"]["equal_count"] == "2"
  and out[0]["divergence"]["left"]["run_id"] == "game-1" and out[0]["divergence"]["left"]["seq"] == "3"
  and out[0]["divergence"]["right"]["run_id"] == "game-1b" and out[0]["divergence"]["right"]["seq"] == "1"
  and "summary" in out[-1]'
example Query '[column["name"] for column in out[0]["schema"]["columns"]] == ["run_id", "state", "head_seq"]
  and ["game-1", "closed", 3] in [row for part in out for row in part.get("rows", {}).get("rows", [])]'
example ExportRuns '__import__("base64").b64decode(out[0]["data"])[:4] == b"PAR1" and int(out[0]["file_bytes"]) > 0'
# What was exported is there already: exit code 64 + 6 is ALREADY_EXISTS.
exported_file ExportRuns.out >runs.duckdb
run_example ImportRuns 20
judge ImportRuns 70 $? 'out == []'
example GetServerInfo 'out[0]["version"] and out[0]["durability"] and out[0]["limits"]["id_chars_max"] == 128'

example DeleteRun 'out[0]["run"]["run_id"] == "game-1b" and out[0]["run"]["head_seq"] == "2"'

# An error carries its reason where a person reads it; exit code 64 + 5 is NOT_FOUND.
call error 69 'out == []' -d '{"run_id": "no-such-run"}' "$address" eider.v1.RunService/GetRun
if grep -q '"reason": *"RUN_NOT_FOUND"' "$work/error.err"; then
  pass error-reason
else
  fail error-reason "RUN_NOT_FOUND is not shown" "$work/error.err"
fi

for file in "$work"/examples/*; do
  name=${file##*/}
  [ -e "$work/$name.ran" ] || fail "$name" "this example is not run by grpcurl.sh" "$file"
done
examples=("$work"/examples/*)
rpc_count=$(cat "$protos"/*_service.proto | grep -c '^  rpc ')
if [ "${#examples[@]}" = "$rpc_count" ]; then
  pass every-rpc-has-an-example
else
  fail every-rpc-has-an-example "${#examples[@]} examples for $rpc_count RPCs" /dev/null
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
