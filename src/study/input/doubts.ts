import type { Session, UsualCar } from '../sessions.ts';
import { fullRateW, type StudySite } from './study-site.ts';

/** A session and its place in the file, `line 7`. */
export type Placed = { readonly session: Session; readonly place: string };

/** What is no error and yet not as it should be, each said once with how often and where first. */
export function doubtsAbout(placed: readonly Placed[], site: StudySite, usualCar: UsualCar): string[] {
  return [...overlaps(placed), ...tooMuch(placed, site, usualCar)];
}

function overlaps(placed: readonly Placed[]): string[] {
  const lastAt = new Map<string, Placed>();
  let times = 0;
  let first: string | null = null;
  for (const each of [...placed].sort((a, b) => a.session.arrival - b.session.arrival)) {
    const { connector, arrival, departure } = each.session;
    if (connector === null) continue;
    const before = lastAt.get(connector);
    if (before !== undefined && before.session.departure > arrival) {
      times += 1;
      first ??= `${each.place} comes to ${connector} while the car of ${before.place} is still there`;
    }
    if (before === undefined || before.session.departure < departure) lastAt.set(connector, each);
  }
  if (first === null) return [];
  return [
    `${times} ${times === 1 ? 'session begins' : 'sessions begin'} at a connector that is taken, and may be turned away; the first: ${first}. Write any as the connector to let cars take a free one.`,
  ];
}

function tooMuch(placed: readonly Placed[], { connectors, voltageV }: StudySite, usualCar: UsualCar): string[] {
  const byKey = new Map(connectors.map((each) => [each.key, each]));
  let times = 0;
  let first: string | null = null;
  for (const { session, place } of placed) {
    const { arrival, departure, energyWh } = session;
    const own = session.connector === null ? undefined : byKey.get(session.connector);
    const rateW = Math.max(
      ...(own === undefined ? connectors : [own]).map((at) => fullRateW(session, at, usualCar, voltageV)),
    );
    const hours = (departure - arrival) / 3_600_000;
    if (energyWh <= rateW * hours * 1.001) continue;
    times += 1;
    first ??= `${place} wants ${decimal(energyWh / 1_000)} kWh in ${decimal(hours)} h, at most ${decimal(rateW / 1_000)} kW`;
  }
  if (first === null) return [];
  return [
    `${times} ${times === 1 ? 'session wants' : 'sessions want'} more than fits into the stay even at full rate; the first: ${first}. Right if so: these cars leave short on any connection. Otherwise give phases and max_a, or another usual car.`,
  ];
}

const decimal = (value: number): string => String(Math.round(value * 10) / 10);
