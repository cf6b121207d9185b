import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Another Node process that runs `program`, an ES module whose imports start at the root of the project. */
export function startNode(program: string, args: readonly string[] = []): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program, ...args], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

/** The next line that the process prints; rejects when it ends before. */
export async function nextLine(child: ChildProcess): Promise<string> {
  const gone = once(child, 'exit').then(([code]): never => {
    throw new Error(`the process ended with ${code}`);
  });
  gone.catch(() => undefined);
  if (child.stdout === null) throw new Error('the process prints nothing');
  const [chunk] = await Promise.race([once(child.stdout, 'data'), gone]);
  return String(chunk).trim();
}
