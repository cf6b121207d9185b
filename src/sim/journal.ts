import type { SecurityEvent } from './flash.ts';
import type { Station } from './station.ts';

/** What a charge point writes down of its own doings, and the files it makes of that. */

export type Journal = {
  note(text: string): void;
  /** Oldest first. */
  entries(): readonly JournalEntry[];
};

type JournalEntry = { readonly at: number; readonly text: string };

/** From when to when a file tells, in milliseconds; null: no bound. */
export type Span = { readonly from: number | null; readonly to: number | null };

/** Entries kept, and characters of each; the memory of a small controller. */
const mostEntries = 300;
const longestEntry = 200;

export function createJournal(time: () => number): Journal {
  const entries: JournalEntry[] = [];
  return {
    note: (text) => {
      entries.push({ at: time(), text: text.slice(0, longestEntry) });
      if (entries.length > mostEntries) entries.shift();
    },
    entries: () => entries,
  };
}

/** The diagnostics: who it is, how it stands, its configuration (no secrets), and what happened of late. */
export function diagnosticsText(station: Station, span: Span): string {
  const { model, flash, configuration, connectors } = station;
  return [
    ...heading(station, 'Diagnostics'),
    `firmware ${flash.firmwareVersion}, local list version ${flash.localListVersion} with ${flash.localList.size} entries`,
    `${flash.profiles.length} charging profiles, ${flash.reservations.length} reservations, ${flash.queue.length} messages waiting`,
    ...connectors.map((one) => {
      const { amps, registerWh } = one.measurement();
      const drawn = amps.slice(0, model.phases).map((each) => each.toFixed(1));
      return `connector ${one.id}: ${one.status}, ${drawn.join(' ')} A, ${Math.floor(registerWh)} Wh`;
    }),
    '',
    ...configuration.entries().map(({ key, value }) => `${key} = ${value ?? '(not shown)'}`),
    '',
    ...station.journal.entries().filter(within(span)).map(line),
    '',
  ].join('\n');
}

/** The security log (security whitepaper N01.FR.03). */
export function securityLogText(station: Station, span: Span): string {
  const events = station.flash.securityEvents.filter(within(span));
  const tell = ({ at, type, techInfo }: SecurityEvent) =>
    line({ at, text: [type, techInfo ?? ''].join(' ').trimEnd() });
  return [...heading(station, 'Security log'), ...events.map(tell), ''].join('\n');
}

function heading({ id, model, time }: Station, what: string): string[] {
  return [`${what} of ${id}, ${model.vendor} ${model.model}, at ${new Date(time()).toISOString()}`, ''];
}

function within({ from, to }: Span): (entry: { readonly at: number }) => boolean {
  return ({ at }) => (from === null || at >= from) && (to === null || at <= to);
}

function line({ at, text }: JournalEntry): string {
  return `${new Date(at).toISOString()} ${text}`;
}
