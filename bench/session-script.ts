/**
 * What one charge point says, for ever: Heartbeat, Authorize, StartTransaction, eight MeterValues, StopTransaction. So
 * two thirds of all messages are MeterValues, each of ten samples over three phases. The text is put together from
 * prepared pieces: the load generator must cost little beside the server that it measures.
 */

const METER_VALUES_A_SESSION = 8;
/** Messages of one session. */
const SESSION_LENGTH = 4 + METER_VALUES_A_SESSION;
const STEP_OF_START = 2;
/** What a car takes between two meter values, Wh. */
const ENERGY_STEP_WH = 11;

export type SessionScript = {
  /** The BootNotification. */
  boot(): string;
  /** The next message of the session. */
  next(): string;
  /** Takes the answer to the last message in; throws for anything but a result. */
  answered(text: string): void;
};

export function createSessionScript(number: number): SessionScript {
  const idTag = `TAG${String(number).padStart(5, '0')}`;
  const connectorId = 1;
  let messageNumber = 0;
  let step = 0;
  let energyWh = 1_000 * number;
  let transactionId = 0;
  let awaitsTransaction = false;

  const call = (action: string, payload: string): string => {
    messageNumber += 1;
    return `[2,"${number}-${messageNumber}","${action}",${payload}]`;
  };

  function next(): string {
    const now = timestamp();
    const at = step;
    step = (step + 1) % SESSION_LENGTH;
    switch (at) {
      case 0:
        return call('Heartbeat', '{}');
      case 1:
        return call('Authorize', `{"idTag":"${idTag}"}`);
      case STEP_OF_START:
        awaitsTransaction = true;
        return call(
          'StartTransaction',
          `{"connectorId":${connectorId},"idTag":"${idTag}","meterStart":${energyWh},"timestamp":"${now}"}`,
        );
      case SESSION_LENGTH - 1:
        return call(
          'StopTransaction',
          `{"transactionId":${transactionId},"idTag":"${idTag}","meterStop":${energyWh},"timestamp":"${now}","reason":"Local"}`,
        );
      default:
        energyWh += ENERGY_STEP_WH;
        return call(
          'MeterValues',
          `{"connectorId":${connectorId},"transactionId":${transactionId},"meterValue":[{"timestamp":"${now}",` +
            `"sampledValue":[{"value":"${energyWh}","measurand":"Energy.Active.Import.Register","unit":"Wh"},${samples[at % samples.length]}]}]}`,
        );
    }
  }

  return {
    boot: () =>
      call(
        'BootNotification',
        `{"chargePointVendor":"Vendor","chargePointModel":"Model","chargePointSerialNumber":"S${number}","firmwareVersion":"1.0"}`,
      ),
    next,
    answered(text) {
      if (!text.startsWith('[3,')) throw new Error(`not a result: ${text}`);
      if (!awaitsTransaction) return;
      awaitsTransaction = false;
      transactionId = Number(/"transactionId":(\d+)/.exec(text)?.[1]);
      if (Number.isNaN(transactionId)) throw new Error(`no transaction id: ${text}`);
    },
  };
}

/** The nine samples after the register, in a few variations. */
const samples: readonly string[] = [0, 1, 2, 3].map((variation) => {
  const amps = (phase: number): string => (15.2 + variation * 0.3 + phase * 0.1).toFixed(1);
  const volts = (phase: number): string => (229.4 + variation * 0.2 + phase * 0.5).toFixed(1);
  const perPhase = ['L1', 'L2', 'L3'].flatMap((phase, index) => [
    `{"value":"${amps(index)}","measurand":"Current.Import","phase":"${phase}","unit":"A","location":"Outlet"}`,
    `{"value":"${volts(index)}","measurand":"Voltage","phase":"${phase}-N","unit":"V","location":"Outlet"}`,
  ]);
  return [
    ...perPhase,
    `{"value":"${10_600 + variation * 90}","context":"Sample.Periodic","measurand":"Power.Active.Import","unit":"W"}`,
    '{"value":"16","measurand":"Current.Offered","unit":"A"}',
    '{"value":"31.5","measurand":"Temperature","unit":"Celsius","location":"Body"}',
  ].join(',');
});

let stampedMs = 0;
let stamp = '';

/** Now, as text that is made once a millisecond. */
function timestamp(): string {
  const now = Date.now();
  if (now !== stampedMs) {
    stampedMs = now;
    stamp = new Date(now).toISOString();
  }
  return stamp;
}
