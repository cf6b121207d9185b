/** What a command needs of the outside: its environment, and where its lines go. */
export type CommandIo = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Shows a line that the next one takes the place of; absent where nobody watches a terminal. */
  readonly passing?: (line: string) => void;
};

/** Resolves with the name of the signal that asks this process to end. A second one ends it at once. */
export function untilTold(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        resolve(signal);
        process.once(signal, () => process.exit(1));
      });
    }
  });
}
