/** What the columns of lists of sessions are called, here and elsewhere. */

export type ColumnKey = 'id' | 'arrival' | 'departure' | 'energy' | 'chargePoint' | 'connector' | 'phases' | 'maxA';

/** Names in small letters and digits only; of several that are there the first counts. */
const NAMES: Readonly<Record<ColumnKey, readonly string[]>> = {
  id: ['id', 'sessionid', 'session', 'transactionid', 'transaction'],
  arrival: [
    ...['arrival', 'arrivaltime', 'arrivalepochs', 'arrivedat', 'connectiontime', 'connecttime', 'pluggedinat'],
    ...['plugintime', 'plugin', 'starttime', 'startedat', 'startdate', 'start', 'begin', 'from'],
  ],
  departure: [
    ...['departure', 'departuretime', 'departureepochs', 'departedat', 'disconnecttime', 'disconnectiontime'],
    ...['unpluggedat', 'plugouttime', 'plugout', 'endtime', 'stoptime', 'stoppedat', 'enddate', 'end', 'stop', 'to'],
  ],
  energy: [
    ...['energykwh', 'demandkwh', 'kwhrequested', 'requestedkwh', 'kwh', 'kwhdelivered', 'deliveredkwh'],
    ...['energydeliveredkwh', 'consumptionkwh', 'energywh', 'demandwh', 'wh', 'energy'],
  ],
  chargePoint: ['chargepoint', 'chargepointid', 'chargingstation', 'charger', 'chargerid', 'chargeboxid'],
  connector: ['connector', 'connectorid', 'station', 'stationid', 'evse', 'evseid', 'socket', 'outlet'],
  phases: ['phases', 'numberofphases', 'phasecount'],
  maxA: ['maxa', 'maxcurrent', 'maxcurrenta', 'maxamps', 'currenta', 'amps'],
};

/** What is said when a column is missing. */
const WANTED: readonly (readonly [ColumnKey, string])[] = [
  ['arrival', 'arrival'],
  ['departure', 'departure'],
  ['energy', 'energy_kwh'],
];

export type Columns = {
  readonly at: ReadonlyMap<ColumnKey, number>;
  /** Factor from the energy's cell to Wh. */
  readonly energyWh: number;
  /** Names of columns that are not read. */
  readonly ignored: readonly string[];
};

/** Where each column stands, or what is missing. */
export function columnsOf(names: readonly string[]): Columns | { readonly fault: string } {
  const plain = names.map((name) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));
  const at = new Map<ColumnKey, number>();
  for (const [key, known] of Object.entries(NAMES) as [ColumnKey, readonly string[]][]) {
    const name = known.find((each) => plain.includes(each));
    if (name !== undefined) at.set(key, plain.indexOf(name));
  }
  const missing = WANTED.filter(([key]) => !at.has(key)).map(([, name]) => name);
  if (missing.length > 0) {
    const seen = names
      .slice(0, 12)
      .map((name) => JSON.stringify(name.slice(0, 30)))
      .join(', ');
    return {
      fault: `has no column ${missing.join(' and none ')}; columns are arrival, departure, energy_kwh and, if wanted, id, connector, phases, max_a. It has ${seen}`,
    };
  }
  const read = new Set(at.values());
  const energyName = plain[at.get('energy') ?? -1] ?? '';
  return {
    at,
    energyWh: energyName.endsWith('wh') && !energyName.includes('kwh') ? 1 : 1_000,
    ignored: names.filter((name, index) => name !== '' && !read.has(index)),
  };
}
