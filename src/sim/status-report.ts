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

type StatusReport = {
  /** Sends the status if it differs from what was last sent, and has lasted for MinimumStatusDuration. */
  refresh(): void;
  /** Sends it as it is. */
  send(): void;
  /** The Central System may not know: the next refresh sends. */
  forget(): void;
};

export function createStatusReport(
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
  };
}
