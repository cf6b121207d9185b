import type { ConfigurationWish } from '../../src/domain/configuration.ts';
import type { createControlRoom } from './control-room.ts';

/** How a charge point deals with its configuration; what is left out it does as OCPP has it. */
export type Ways = {
  /** Answers GetConfiguration without keys with an error, or not at all. */
  whole?: 'error' | 'silence' | 'nothing';
  /** Keys that one GetConfiguration may ask for; more is an error. */
  maxKeys?: number;
  /** Its answer to everything else. */
  others?: string;
  /** The answer to a change; null answers nothing. Undefined: Accepted, and done. */
  onChange?: (key: string, value: string) => string | null | undefined;
};

/** A charge point of the control room with settings of its own, which answers what it is asked about them. */
export function playConfigured(
  room: ReturnType<typeof createControlRoom>,
  first: ReturnType<ReturnType<typeof createControlRoom>['boot']>,
  settings: Map<string, string | null>,
  ways: Ways = {},
) {
  let station = first;
  let done = 0;
  const asked: string[][] = [];
  const changes: [string, string][] = [];
  const others: string[] = [];

  const answer = (id: unknown, action: string, payload: { key?: string[] | string; value?: string }): void => {
    if (action === 'GetConfiguration') {
      const keys = (payload.key ?? []) as string[];
      asked.push(keys);
      const tooMany = ways.maxKeys !== undefined && keys.length > ways.maxKeys;
      if (keys.length === 0 && ways.whole === 'silence') return;
      if ((keys.length === 0 && ways.whole === 'error') || tooMany) {
        station.say(JSON.stringify([4, id, 'InternalError', 'too much', {}]));
        return;
      }
      const wanted = keys.length === 0 ? (ways.whole === 'nothing' ? [] : [...settings.keys()]) : keys;
      const known = wanted.filter((key) => settings.has(key));
      station.answer(id, {
        configurationKey: known.map((key) => {
          const value = settings.get(key) ?? null;
          return { key, readonly: false, ...(value === null ? {} : { value }) };
        }),
        unknownKey: wanted.filter((key) => !settings.has(key)),
      });
    } else if (action === 'ChangeConfiguration') {
      const [key, value] = [String(payload.key), String(payload.value)];
      changes.push([key, value]);
      const status = ways.onChange === undefined ? undefined : ways.onChange(key, value);
      if (status === null) return;
      if (status === undefined) settings.set(key, value);
      station.answer(id, { status: status ?? 'Accepted' });
    } else {
      others.push(action);
      station.answer(id, { status: ways.others ?? 'Accepted' });
    }
  };

  return {
    asked,
    changes,
    /** Everything else that it was asked for. */
    others,
    /** It restarts, and comes back over a new connection. */
    reboot(): void {
      station.drop();
      station = room.boot('CP1');
      done = 0;
    },
    /** Lets `ms` pass, answering at once what comes in it. */
    live(ms: number): void {
      const step = 1_000;
      for (let passed = 0; passed <= ms; passed += step) {
        for (let calls = station.calls(); calls.length > done; calls = station.calls()) {
          const [id, action, payload] = calls[done] ?? [];
          done += 1;
          answer(id, String(action), payload as { key?: string[] });
        }
        room.clock.advance(step);
      }
    },
  };
}

/** Wishes of the configuration file for all charge points. */
export const wishedOfAll = (values: Readonly<Record<string, string>>) => ({
  all: Object.entries(values).map(([key, value]): ConfigurationWish => ({ key, value, from: 'all' })),
  of: new Map<string, readonly ConfigurationWish[]>(),
});
