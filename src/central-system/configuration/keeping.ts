import type { ConnectorStatus } from '../../domain/charge-point.ts';
import { configurationKey, isSecretKey, wishesFor } from '../../domain/configuration.ts';
import { type KeyOnRecord, nextStep, stateOf } from '../../domain/configuration-state.ts';
import type { Event } from '../../domain/events.ts';
import { type FileJob, isUpload } from '../../domain/file-job.ts';
import type { Instant } from '../../domain/units.ts';
import type { Chore, ChoreCall, ChoreContext } from '../chore.ts';
import { rebootAlertId } from './reboot-alert.ts';

/**
 * Gives charge points the configuration that is wished of them, one key at a time, and reads each again that they say
 * they have taken. What they refuse is left alone until they boot, or something else is wished.
 */
export const keepConfiguration: Chore = {
  name: 'keep configuration',
  wakes: new Set([
    'charge-point-booted',
    'status-reported',
    'configuration-reported',
    'configuration-read-through',
    'configuration-answered',
    'configuration-wished',
    'configuration-wish-dropped',
    'configuration-override-ended',
    'transaction-stopped',
    'file-job-changed',
  ]),
  look(context) {
    const { chargePointId, now, records, policy, reachable } = context;
    const keys = keysOf(context);
    const waiting = keys.filter((key) => key.wish !== null && stateOf(key).state === 'reboot-required');
    const events: Event[] = [];
    const alert = rebootAlertId(chargePointId);
    if (waiting.length === 0 && records.alertIsOpen(alert)) events.push({ type: 'alert-cleared', id: alert, at: now });
    // While it is being read, what it has is not known yet.
    if (!reachable || isBeingRead(context)) return { events };
    let again: Instant | null = null;
    for (const key of keys) {
      const step = nextStep(key, maxLengthOf(key, context), now);
      if (step === null) continue;
      if (step.kind !== 'wait') return { events, call: callFor(key, step) };
      again = again === null || step.until < again ? step.until : again;
    }
    const restart = waiting.some(({ attempt }) => attempt?.restarted === false);
    const idle =
      records.runningOn(chargePointId).length === 0 &&
      !records.connectorIds(chargePointId).some((id) => isInUse(records.connectorStatus(chargePointId, id))) &&
      !isUpdating(records.openFileJobs(chargePointId));
    if (restart && policy.rebootForConfiguration === 'when-idle' && idle) {
      // Whoever wonders why it restarted finds it among the operations.
      return { events, call: { action: 'Reset', payload: { type: 'Soft' } }, tracked: true };
    }
    return { events, ...(again === null ? {} : { again }) };
  },
};

/** A cable is in it, or somebody is about to charge. */
function isInUse(status: ConnectorStatus | null): boolean {
  return status !== null && !['Available', 'Reserved', 'Faulted', 'Unavailable'].includes(status);
}

/** A restart in the middle of an update may leave a charge point without firmware. */
const isUpdating = (jobs: readonly FileJob[]): boolean =>
  jobs.some(({ kind, state }) => !isUpload(kind) && state !== 'queued');

/** Keys of which something is wished, and, where configuration is kept, those that somebody else has just changed. */
function keysOf({ chargePointId, records, policy }: ChoreContext): KeyOnRecord[] {
  const wishes = wishesFor(chargePointId, policy.wishedConfiguration, records.configurationWishes(chargePointId));
  const attempts = new Map(
    records.configurationAttempts(chargePointId).map((attempt) => [configurationKey(attempt.key), attempt]),
  );
  if (wishes.length === 0 && attempts.size === 0) return [];
  const reported = new Map(
    records.reportedKeys(chargePointId).map((known) => [configurationKey(known.key), known] as const),
  );
  const untold = records.untoldKeys(chargePointId);
  const wished = new Map(wishes.map((wish) => [configurationKey(wish.key), wish]));
  const checks = policy.chargePointConfiguration === 'keep' ? [...attempts.keys()] : [];
  return [...new Set([...wished.keys(), ...checks])].flatMap((folded) => {
    const wish = wished.get(folded) ?? null;
    // What may not be kept can't be compared; it is sent by hand.
    if (isSecretKey(folded)) return [];
    return [
      {
        reported: reported.get(folded) ?? null,
        untold: untold.has(folded),
        wish,
        attempt: attempts.get(folded) ?? null,
      },
    ];
  });
}

function isBeingRead({ chargePointId, records, policy }: ChoreContext): boolean {
  const { due, step } = records.configurationReading(chargePointId);
  return step !== 'done' || (due && policy.chargePointConfiguration === 'keep');
}

/** By the name that the charge point itself uses: not every one knows that case does not count. */
function callFor(
  { reported, wish, attempt }: KeyOnRecord,
  step: { kind: 'read' } | { kind: 'change'; value: string },
): ChoreCall {
  const key = reported?.key ?? wish?.key ?? attempt?.key ?? '';
  return step.kind === 'read'
    ? { action: 'GetConfiguration', payload: { key: [key] } }
    : { action: 'ChangeConfiguration', payload: { key, value: step.value } };
}

/** How many entries the charge point says that a list has at most (OCPP 1.6 §5.3). */
function maxLengthOf({ wish }: KeyOnRecord, { chargePointId, records }: ChoreContext): number | null {
  const told = wish === null ? null : records.reportedConfiguration(chargePointId, `${wish.key}MaxLength`);
  const length = Number(told ?? Number.NaN);
  return Number.isInteger(length) && length > 0 ? length : null;
}
