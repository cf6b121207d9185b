#!/usr/bin/env bash
# Builds the native addon for another version of Node and runs the tests with it, in a copy of the tree.
# usage: scripts/test-on-node.sh MAJOR [all|quick]     quick leaves out test/system; needs node_modules
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
tar -c --exclude=./.git --exclude=./dist --exclude=./data --exclude=./coverage . | tar -x -C "$work/tree"
cd "$work/tree"
rm -rf node_modules/better-sqlite3/build
npm rebuild better-sqlite3
node -e 'new (require("better-sqlite3"))(":memory:").close()'

npm run --silent build
if [[ $part == quick ]]; then npx vitest run --exclude 'test/system/**'; else npx vitest run; fi
