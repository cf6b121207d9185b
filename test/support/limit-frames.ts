/** Limits of transactions among the frames of a line, and their answers (OCPP-J 1.6 §4.2, OCPP 1.6 §5.16). */

export type LimitFrame = {
  readonly chargePointId: string;
  /** True: the charge point's answer; false: the call. */
  readonly up: boolean;
  readonly messageId: string;
  readonly transactionId: number;
  /** What it may draw from now on, A per phase. */
  readonly limitA: number;
  /** Against what the sender knows to be in force: the last limit that was answered, and none before the first. */
  readonly change: 'rise' | 'fall' | 'same';
};

const NOMINAL_V = 230;
/** Said in watts and in amps, a limit differs by rounding. */
const SAME_A = 0.5;

type Sent = { readonly transactionId: number; readonly limitA: number };

export function createLimitReader() {
  const calls = new Map<string, Sent>();
  /** By charge point. */
  const answered = new Map<string, Sent>();

  return {
    /** What a frame is; null where it is neither a limit of a transaction nor an answer to one. */
    read(chargePointId: string, up: boolean, text: string): LimitFrame | null {
      const frame: unknown = JSON.parse(text);
      if (!Array.isArray(frame) || typeof frame[1] !== 'string') return null;
      const [, messageId] = frame;
      const key = `${chargePointId} ${messageId}`;
      const sent = up ? calls.get(key) : sentIn(frame);
      if (sent === undefined || (up && frame[0] === 2)) return null;
      if (!up) calls.set(key, sent);
      const known = answered.get(chargePointId);
      const before = known?.transactionId === sent.transactionId ? known.limitA : 0;
      const change = sent.limitA > before + SAME_A ? 'rise' : sent.limitA < before - SAME_A ? 'fall' : 'same';
      return { chargePointId, up, messageId, ...sent, change };
    },
    /** It was not lost. */
    passed({ chargePointId, up, transactionId, limitA }: LimitFrame): void {
      if (up) answered.set(chargePointId, { transactionId, limitA });
    },
  };
}

type Call = {
  readonly csChargingProfiles?: {
    readonly chargingProfilePurpose?: string;
    readonly transactionId?: number;
    readonly chargingSchedule?: {
      readonly chargingRateUnit?: string;
      readonly chargingSchedulePeriod?: readonly { readonly limit?: number; readonly numberPhases?: number }[];
    };
  };
};

function sentIn([kind, , action, payload]: readonly unknown[]): Sent | undefined {
  if (kind !== 2 || action !== 'SetChargingProfile') return undefined;
  const profile = (payload as Call).csChargingProfiles;
  const { chargingRateUnit = 'A', chargingSchedulePeriod = [] } = profile?.chargingSchedule ?? {};
  const { limit, numberPhases = 3 } = chargingSchedulePeriod[0] ?? {};
  const transactionId = profile?.transactionId;
  const isGrant = profile?.chargingProfilePurpose === 'TxProfile';
  if (!isGrant || transactionId === undefined || limit === undefined) return undefined;
  return { transactionId, limitA: chargingRateUnit === 'W' ? limit / (NOMINAL_V * numberPhases) : limit };
}
