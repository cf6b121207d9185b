import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What Node writes with --cpu-prof, as far as it is read here. */
type Profile = {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
};
type ProfileNode = {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
};

export type Share = { readonly name: string; readonly percent: number };

/** Where the busy time of the main thread went: self time by file and by function, largest first, percent of all that was not idle. */
export function summariseProfile(folder: string): { files: Share[]; functions: Share[] } {
  const profiles = readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Profile)
    // Each thread writes its own; the main thread is the one that was busiest.
    .sort((a, b) => b.nodes.length - a.nodes.length);
  const [profile] = profiles;
  if (profile === undefined) throw new Error(`no profile in ${folder}`);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(profile.nodes.flatMap(({ id, children }) => (children ?? []).map((child) => [child, id])));
  const files = new Map<string, number>();
  const functions = new Map<string, number>();
  let busy = 0;
  profile.samples.forEach((id, index) => {
    const node = nodes.get(id);
    const us = profile.timeDeltas[index] ?? 0;
    if (node === undefined || node.callFrame.functionName === '(idle)') return;
    busy += us;
    const caller = nodes.get(parents.get(id) ?? -1);
    const { file, name } = describe(node, caller);
    files.set(file, (files.get(file) ?? 0) + us);
    functions.set(name, (functions.get(name) ?? 0) + us);
  });
  const shares = (times: Map<string, number>): Share[] =>
    [...times].map(([name, us]) => ({ name, percent: (us * 100) / busy })).sort((a, b) => b.percent - a.percent);
  return { files: shares(files), functions: shares(functions) };
}

/** Native code has no address: it is named by whoever called it. */
function describe(node: ProfileNode, caller: ProfileNode | undefined): { file: string; name: string } {
  const { functionName, url } = node.callFrame;
  if (/^\((program|garbage collector|root)\)$/.test(functionName)) return { file: functionName, name: functionName };
  if (url !== '') return { file: fileOf(url), name: `${functionName || 'anonymous'} ${fileOf(url)}` };
  const from = caller?.callFrame;
  const callerName = from === undefined ? '' : `${from.functionName || 'anonymous'} ${fileOf(from.url)}`;
  return { file: `native, from ${fileOf(from?.url ?? '')}`, name: `native ${functionName}, from ${callerName}` };
}

function fileOf(url: string): string {
  const ours = /\/dist\/(.+)\.js$/.exec(url)?.[1];
  if (ours !== undefined && !url.includes('/node_modules/')) return `src/${ours}.ts`;
  return /\/node_modules\/(.+)$/.exec(url)?.[1] ?? url;
}
