import type { Policy } from '../central-system/handler.ts';
import type { Sharing } from '../controller/balancing/for-site.ts';
import type { FilePlaces } from '../controller/file-door.ts';
import type { Decided } from './items.ts';
import { fromPlain, toPlain } from './plain.ts';
import type { OpenConnection } from './recorder.ts';

/** What the controller was made with, beside its store and its ports. */
export type Settings = {
  readonly policy: Policy;
  readonly sharing: Sharing | null;
  readonly callTimeoutMs: number;
  readonly telemetryFlushMs: number;
  /** IANA. */
  readonly timeZone: string;
  /** Null where there is no place for files. */
  readonly files: Pick<FilePlaces, 'maxUploadBytes' | 'quota'> | null;
};

/** What a segment begins with. */
export type Head = {
  readonly format: 1;
  /** Of Busbar. */
  readonly version: string;
  /** Of the process, and which segment of it, from 0. */
  readonly life: string;
  readonly part: number;
  /** Of ids. */
  readonly seed: string;
  /** Where the clocks stood; `aheadMs`: the wall clock before the monotonic one. */
  readonly monotonicMs: number;
  readonly aheadMs: number;
  readonly settings: Settings;
  /** Those that were open when a later segment of a life began. */
  readonly connections: readonly OpenConnection[];
  /** What connectors had been given by then. */
  readonly decided: readonly Decided[];
};

/** The key of file tokens is known to the process alone, and never kept. */
const NO_KEY = '';

export function headText(head: Head): string {
  const { policy } = head.settings;
  const files = policy.files === null ? null : { ...policy.files, tokenKey: NO_KEY };
  return toPlain({ ...head, settings: { ...head.settings, policy: { ...policy, files } } });
}

/** Null for what is no head, or one of a form that this version does not know. */
export function headOf(text: string): Head | null {
  try {
    const head = fromPlain(text) as Head;
    return head.format === 1 ? head : null;
  } catch {
    return null;
  }
}
