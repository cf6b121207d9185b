import type { KeyPath } from './problem.ts';

/** Says something about one place of the file. */
export type Say = {
  readonly wrong: (path: KeyPath, message: string, didYouMean?: string) => void;
  readonly warn: (path: KeyPath, message: string) => void;
};
