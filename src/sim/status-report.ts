import type { Station } from './station.ts';

/** Tells the Central System the status of one connector, or of the charge point as connector 0, when it changes (§4.9). */

export type ConnectorStatus =
  | 'Available'
  | 'Preparing'
  | 'Charging'
  | 'SuspendedEV'
  | 'SuspendedEVSE'
  | 'Finishing'
  | 'Reserved'
  | 'Unavailable'
  | 'Faulted';

/** The reports of all connectors and of the whole charge point. */
export type StatusReports = {
  refresh(): void;
  forget(): void;
  send(connectorId: number): void;
  /** Nothing is left to say, or nobody there to hear it. */
  areTold(): boolean;
};

export function createStatusReports(station: Station): StatusReports {
  const whole = () =>
    ({ status: station.flash.inoperative.has(0) ? 'Unavailable' : 'Available', errorCode: 'NoError' }) as const;
  const reports = new Map([[0, createStatusReport(station, 0, whole)]]);
  for (const one of station.connectors) {
    const current = () => ({ status: one.status, errorCode: one.fault ?? 'NoError' });
    reports.set(one.id, createStatusReport(station, one.id, current));
  }
  return {
    refresh: () => {
      for (const report of reports.values()) report.refresh();
    },
    forget: () => {
      for (const report of reports.values()) report.forget();
    },
    send: (connectorId) => reports.get(connectorId)?.send(),
    areTold: () => {
      if (!station.online()) return true;
      for (const report of reports.values()) if (!report.isTold()) return false;
      return true;
    },
  };
}

type StatusReport = {
  /** Sends the status if it differs from what was last sent, and has lasted for MinimumStatusDuration. */
  refresh(): void;
  /** Sends it as it is. */
  send(): void;
  /** The Central System may not know: the next refresh sends. */
  forget(): void;
  /** It was last sent as it is. */
  isTold(): boolean;
};

function createStatusReport(
  station: Station,
  connectorId: number,
  current: () => { readonly status: ConnectorStatus; readonly errorCode: string },
): StatusReport {
  let sent: string | null = null;
  let candidate: { readonly status: string; readonly since: number } | null = null;

  const payload = () => ({ connectorId, ...current(), timestamp: new Date(station.time()).toISOString() });

  return {
    refresh: () => {
      const { status } = current();
      if (candidate?.status !== status) candidate = { status, since: station.time() };
      if (status === sent || !station.online()) return;
      const leastMs = station.configuration.integer('MinimumStatusDuration') * 1000;
      if (sent !== null && station.time() - candidate.since < leastMs) return;
      sent = status;
      station.call('StatusNotification', payload(), (outcome) => {
        if (outcome.kind !== 'answer') sent = null;
      });
    },
    send: () => station.callTriggered('StatusNotification', payload()),
    forget: () => {
      sent = null;
    },
    isTold: () => sent === current().status,
  };
}
