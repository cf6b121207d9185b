#!/usr/bin/env bash
# Installs the tree for another version of Node and runs the tests with it, in a copy.
# usage: scripts/test-on-node.sh MAJOR [all|quick|brief]     quick leaves out what takes long and looks at rules of ours, not at Node;
# brief is what stands on Node and its addons: the store, TLS and certificates, and a storm whose frames must be the same
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
major=$1
part=${2:-all}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The npm package of that name carries the binary and the headers: no other download is needed.
package="node-$(node -p 'process.platform + "-" + process.arch')"
npm install --prefix "$work/node" --no-save --no-package-lock --loglevel=error "$package@$major"
node_home="$work/node/node_modules/$package"
# Its own npm, should it bring one, must not take the place of ours.
mkdir "$work/bin"
ln -s "$node_home/bin/node" "$work/bin/node"
export PATH="$work/bin:$PATH"
export npm_config_nodedir="$node_home"
# Set by the npm that may have started this: it would name the other Node.
unset npm_node_execpath npm_execpath NODE
echo "node $(node --version)"

mkdir "$work/tree"
tar -c --exclude=./.git --exclude=./node_modules --exclude=./dist --exclude=./data --exclude=./coverage . | tar -x -C "$work/tree"
cd "$work/tree"
# What is optional differs by version, the release of better-sqlite3 first of all.
npm ci --loglevel=error

npm run --silent build
if [[ $part == quick ]]; then
  TESTS=quick npx vitest run
elif [[ $part == brief ]]; then
  npx vitest run test/store test/certificates test/runtime/tls-door.test.ts test/system/ocpp-rpc-secure.test.ts test/sim/storm.test.ts
else
  npx vitest run
fi
