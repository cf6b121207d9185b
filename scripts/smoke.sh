#!/usr/bin/env bash
# Brings the controller up with `npm start` as a newcomer would: a fresh folder, no configuration, no store. Asks its
# health, ends it with SIGTERM, and wants a clean exit. Needs node_modules.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
here=$PWD

work=$(mktemp -d)
starter=''
cleanup() {
  local code=$?
  trap - EXIT
  for pid in $(controllers); do kill -KILL "$pid" 2>/dev/null || true; done
  if ((code != 0)) && [[ -f $work/log ]]; then
    echo '--- what npm start said'
    tail -n 50 "$work/log"
  fi
  rm -rf "$work"
  exit "$code"
}

# The controller itself, not npm or the shell between: only it is to be told to end.
controllers() {
  local pid
  for pid in $(grep -lzx "SMOKE_MARK=$work" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3); do
    tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q '^[^ ]*node .*dist/cli/busbar.js start' && echo "$pid"
  done
  return 0
}
trap cleanup EXIT

mkdir "$work/tree"
tar -c --exclude=./.git --exclude=./node_modules --exclude=./dist --exclude=./data --exclude=./coverage . | tar -x -C "$work/tree"
ln -s "$(readlink -f node_modules)" "$work/tree/node_modules"

read -r ocpp_port http_port < <(node -e '
  const { createServer } = require("node:net");
  const servers = [createServer(), createServer()];
  let open = 0;
  for (const server of servers) server.listen(0, "127.0.0.1", () => {
    if (++open < servers.length) return;
    console.log(servers.map((each) => each.address().port).join(" "));
    for (const each of servers) each.close();
  });
')

cd "$work/tree"
env SMOKE_MARK="$work" BUSBAR_OCPP_PORT="$ocpp_port" BUSBAR_HTTP_PORT="$http_port" npm start >"$work/log" 2>&1 &
starter=$!

healthy() {
  node -e '
    fetch(process.argv[1]).then(
      async (answer) => { console.log(answer.status, await answer.text()); process.exit(answer.ok ? 0 : 1); },
      () => process.exit(1),
    );
  ' "http://127.0.0.1:$http_port/healthz"
}

# The build comes first; a small machine takes its time.
deadline=$((SECONDS + 90))
until healthy; do
  kill -0 "$starter" 2>/dev/null || { echo 'npm start ended before it was healthy'; exit 1; }
  ((SECONDS < deadline)) || { echo 'not healthy within 90 s'; exit 1; }
  sleep 0.3
done

pid=$(controllers)
[[ $pid =~ ^[0-9]+$ ]] || { echo "one controller expected, found: ${pid:-none}"; exit 1; }
kill -TERM "$pid"
deadline=$((SECONDS + 30))
while kill -0 "$starter" 2>/dev/null; do
  ((SECONDS < deadline)) || { echo 'still running 30 s after SIGTERM'; exit 1; }
  sleep 0.1
done
code=0
wait "$starter" || code=$?
((code == 0)) || { echo "npm start ended with exit code $code after SIGTERM"; exit 1; }
[[ -z $(controllers) ]] || { echo 'a controller is still running'; exit 1; }
cd "$here"
echo 'npm start: healthy, and ended cleanly'
