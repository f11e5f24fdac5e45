#!/usr/bin/env bash
# Starts a daemon, runs the example clients against it with a restart under each of them, then the documented grpcurl
# commands and the converters of it/examples, and stops it. Needs Go, Python 3.11 and Node 20 with their package registries, and what ./eider needs.
# EIDER names another launcher, PYTHON another Python. Installed things stay in ${XDG_CACHE_HOME:-~/.cache}/eider-ci.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
protos="$root/proto/src/main/proto"
target="$here/target"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/eider-ci"
eider=${EIDER:-$root/eider}
python=${PYTHON:-python3}

duckdb_versions="1.5.6 2.0.1" # which must open what is exported
start_seconds_max=600 # The first start builds.
stop_seconds_max=60
install_seconds_max=900
client_seconds_max=240
grpcurl_seconds_max=300

work=$(mktemp -d)
daemon=
client=
cleanup() {
  [ -z "$client" ] || kill "$client" 2>/dev/null
  [ -z "$daemon" ] || kill -9 "$daemon" 2>/dev/null
  rm -rf "$work"
}
trap cleanup EXIT
passed=0
failed=0

pass() { passed=$((passed + 1)); echo "pass  $1"; }

fail() { # fail NAME WHY FILE...: with the end of what was printed
  failed=$((failed + 1))
  echo "FAIL  $1: $2"
  tail -n 40 "${@:3}" | sed 's/^/      /'
}

finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ]
  exit
}

await() { # await SECONDS COMMAND...: until the command succeeds
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $deadline ] || return 1
    sleep 0.1
  done
}

gone() { ! kill -0 "$1" 2>/dev/null; }

# Installing and generating.

# install NAME VERSION COMMAND...: runs the command with the folder to fill as last argument, once per version.
install() {
  local folder="$cache/$1-$2"
  [ ! -e "$folder/.complete" ] || return 0
  echo "installing $1"
  rm -rf "$folder"
  mkdir -p "$folder"
  "${@:3}" "$folder" >"$work/install.log" 2>&1 && touch "$folder/.complete"
}

version_of() { sha256sum "$@" | sha256sum | cut -c1-12; }

python_packages() {
  "$python" -m venv "$1" && timeout $install_seconds_max "$1/bin/pip" install -r "$here/python/requirements.txt"
}

# duckdb_package VERSION FOLDER
duckdb_package() {
  "$python" -m venv "$2" && timeout $install_seconds_max "$2/bin/pip" install "duckdb==$1"
}

node_packages() {
  cp "$here"/node/{package.json,package-lock.json,.npmrc} "$1" &&
    timeout $install_seconds_max npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund
}

go_tool() { GOBIN="$2" timeout $install_seconds_max go install "$1"; }

prepare() {
  local python_version node_version version
  python_version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  python_version+=-$(version_of "$here/python/requirements.txt")
  node_version=$(version_of "$here"/node/package*.json)
  venv="$cache/python-$python_version"
  node_modules="$cache/node-$node_version/node_modules"
  for version in $duckdb_versions; do
    install duckdb "$version" duckdb_package "$version" || return
  done
  install python "$python_version" python_packages &&
    install node "$node_version" node_packages &&
    install protoc-gen-go 1.36.12 go_tool google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12 &&
    install protoc-gen-go-grpc 1.6.2 go_tool google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2 &&
    install grpcurl 1.9.4 go_tool github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4 || return
  PATH="$cache/protoc-gen-go-1.36.12:$cache/protoc-gen-go-grpc-1.6.2:$cache/grpcurl-1.9.4:$PATH"
}

generate() {
  local packages
  packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))') &&
    rm -rf "$target" && mkdir -p "$target/python" "$target/go" &&
    "$venv/bin/python" -m grpc_tools.protoc -I "$protos" -I "$packages" \
      --python_out="$target/python" --grpc_python_out="$target/python" \
      --go_out="$target/go" --go_opt=module=dev.eider/gen \
      --go-grpc_out="$target/go" --go-grpc_opt=module=dev.eider/gen \
      "$protos"/eider/v1/*.proto &&
    printf 'module dev.eider/gen\n\ngo 1.26.0\n' >"$target/go/go.mod" &&
    (cd "$here/go" && timeout $install_seconds_max go build -o "$target/go/client" .)
}

# The daemon.

serving_or_gone() { [ -s "$work/port" ] || gone "$daemon"; }

start() { # start PORT: leaves the port in use in $port
  rm -f "$work/port"
  "$eider" serve --port "$1" --port-file "$work/port" --data-dir "$work/data" >>"$work/daemon.log" 2>&1 9>&- &
  daemon=$!
  await $start_seconds_max serving_or_gone && [ -s "$work/port" ] && port=$(cat "$work/port")
}

stop() { # stop SIGNAL: leaves the exit code in $stopped
  { # Here bash would tell that its job was killed.
    kill -s "$1" "$daemon"
    await $stop_seconds_max gone "$daemon" || kill -s KILL "$daemon"
    wait "$daemon"
    stopped=$?
  } 2>/dev/null
  daemon=
}

# The clients.

ready_or_gone() { grep -q '^READY-FOR-RESTART$' "$work/$1.out" || gone "$client"; }

# run_client NAME SIGNAL COMMAND...: runs one client and, when it asks for it, restarts the daemon after the signal.
run_client() {
  local name=$1 signal=$2 code
  mkfifo "$work/$name.in"
  exec 9<>"$work/$name.in"
  timeout -k 5 $client_seconds_max "${@:3}" --address "localhost:$port" --run "it-$name" \
    <"$work/$name.in" >"$work/$name.out" 2>&1 9>&- &
  client=$!
  if ! await $client_seconds_max ready_or_gone "$name" || gone "$client"; then
    fail "$name" "it did not come to the restart" "$work/$name.out" "$work/daemon.log"
    kill "$client" 2>/dev/null
    client=
    exec 9>&-
    return
  fi
  stop "$signal"
  if ! start "$port"; then
    fail "$name" "the daemon did not come back after SIG$signal" "$work/daemon.log"
    finish
  fi
  echo restarted >&9
  wait "$client"
  code=$?
  client=
  exec 9>&-
  if [ $code = 0 ] && grep -q "^ok $name$" "$work/$name.out"; then
    pass "$name"
  else
    fail "$name" "exit code $code" "$work/$name.out" "$work/daemon.log"
  fi
  if grep -q '^resuming after seq 3$' "$work/$name.out"; then
    pass "$name-resumed-after-SIG$signal"
  else
    fail "$name-resumed-after-SIG$signal" "it does not say so" "$work/$name.out"
  fi
}

run_grpcurl() {
  local summary
  timeout $grpcurl_seconds_max "$here/grpcurl.sh" "localhost:$port" >"$work/grpcurl.out" 2>&1
  sed '$d' "$work/grpcurl.out"
  summary=$(tail -n 1 "$work/grpcurl.out")
  if [[ $summary =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
  else
    fail grpcurl "it did not come to its end" "$work/grpcurl.out"
  fi
}

# Runs the Python of the README as it is written, but for the address.
run_readme() {
  sed -n '/^```python$/,/^```$/p' "$root/README.md" | sed "/^\`\`\`/d; s/localhost:7117/localhost:$port/" >"$work/readme.py"
  if PYTHONPATH="$target/python" timeout $client_seconds_max "$venv/bin/python" "$work/readme.py" >"$work/readme.out" 2>&1 &&
    grep -q '^score is seq 1$' "$work/readme.out" && grep -q '^1 agent_id: "ada"$' "$work/readme.out"; then
    pass readme-python
  else
    fail readme-python "it does not print what it should" "$work/readme.out"
  fi
}

# Runs the commands of docs/clients.md as they are written, then the check of every converter.
run_converters() {
  sed -n '/^```sh$/,/^```$/p' "$root/docs/clients.md" | sed '/^```/d' >"$work/converters.sh"
  if (cd "$root" && EIDER_ADDRESS="localhost:$port" PATH="$venv/bin:$PATH" PYTHONDONTWRITEBYTECODE=1 \
    timeout $client_seconds_max bash -e "$work/converters.sh") >"$work/converters.out" 2>&1 &&
    [ "$(wc -l <"$work/converters.out")" = 8 ]; then
    pass converters-documented
  else
    fail converters-documented "the commands do not bring in 8 runs" "$work/converters.out"
  fi
  if PYTHONPATH="$target/python" PYTHONDONTWRITEBYTECODE=1 timeout $client_seconds_max "$venv/bin/python" \
    "$root/it/examples/converters/check.py" --address "localhost:$port" >"$work/check.out" 2>&1 &&
    grep -q '^ok converters$' "$work/check.out"; then
    pass converters
  else
    fail converters "SQL does not have all of the files" "$work/check.out" "$work/daemon.log"
  fi
}

# Exports everything, and opens it with stock tools that know nothing of Eider.
run_files() {
  local all="$work/all" version
  if ! { "$eider" export --address "localhost:$port" -o "$all.duckdb" &&
    "$eider" export --address "localhost:$port" -o "$all.parquet"; } >"$work/export.out" 2>&1; then
    fail files "the export failed" "$work/export.out" "$work/daemon.log"
    return
  fi
  open_files files '^ok files$' "$venv" files.py "$all.parquet"
  for version in $duckdb_versions; do
    open_files "files-DuckDB-$version" "^ok files of DuckDB ${version//./\\.}$" "$cache/duckdb-$version" \
      files_duckdb.py "$all.duckdb" "$all.parquet"
  done
}

open_files() { # open_files NAME LAST-LINE VENV SCRIPT FILE...
  if timeout $client_seconds_max "$3/bin/python" "$here/python/$4" "${@:5}" >"$work/$1.out" 2>&1 &&
    grep -q "$2" "$work/$1.out"; then
    pass "$1"
  else
    fail "$1" "stock tools do not read what was exported" "$work/$1.out"
  fi
}

: >"$work/daemon.log"
: >"$work/install.log"
prepare || { fail install "see above" "$work/install.log"; finish; }
generate >"$work/generate.log" 2>&1 || { fail generate "see above" "$work/generate.log"; finish; }
start 0 || { fail start "no port in time" "$work/daemon.log"; finish; }

run_client python KILL env PYTHONPATH="$target/python" "$venv/bin/python" "$here/python/client.py"
run_client node TERM env NODE_PATH="$node_modules" node "$here/node/client.js"
run_client go KILL "$target/go/client"
run_grpcurl
run_readme
run_converters

run_files

stop TERM
if [ $stopped = 143 ]; then
  pass stop
else
  fail stop "exit code $stopped instead of 143" "$work/daemon.log"
fi
finish
