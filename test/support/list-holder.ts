import type { ControlRoom } from './control-room.ts';

/** A charge point that keeps a local list as OCPP 1.6 §5.15 has it, or goes wrong in the ways that are known. */

type Entry = { readonly idTag: string; readonly idTagInfo?: unknown };
type Update = {
  readonly listVersion: number;
  readonly updateType: 'Full' | 'Differential';
  readonly localAuthorizationList?: readonly Entry[];
};

export type Fault =
  | 'mismatch'
  | 'failed'
  | 'error'
  | 'malformed'
  /** No answer, and it has not acted. */
  | 'silence'
  /** No answer, and it has acted all the same. */
  | 'late'
  /** The connection goes instead of the answer. */
  | 'drop';

export function createListHolder(
  room: ControlRoom,
  id: string,
  limits: {
    readonly chunk?: number;
    readonly room?: number;
    /** What is longer vanishes without an answer. */
    readonly swallows?: number;
  } = {},
) {
  const { chunk = 1_000, room: total = 10_000, swallows = Number.POSITIVE_INFINITY } = limits;
  const list = new Map<string, unknown>();
  const updates: Update[] = [];
  const contents = new Map<number, string>();
  const faults: (Fault | null)[] = [];
  const configuration = new Map<string, string>();
  let asked = 0;
  let version = 0;
  let station = room.boot(id);
  let answered = 0;

  const holder = {
    /** By idTag in lower case, the idTagInfo. */
    list,
    /** Every SendLocalList that came. */
    updates,
    /** What goes wrong with the next calls, one each; null: nothing. */
    faults,
    /** What it tells to GetConfiguration. */
    configuration,
    version: () => version,
    questions: () => asked,
    station: () => station,
    setVersion(other: number): void {
      version = other;
    },
    /** Answers what has been asked, and what comes of it, until nothing is left. */
    serve(): void {
      room.clock.settle();
      for (;;) {
        const call = station.calls()[answered];
        if (call === undefined) return;
        answered += 1;
        answer(call);
      }
    },
    /** Lives for a while, and answers within 50 s at the latest. */
    live(ms: number, stepMs = 1_000): void {
      const step = Math.min(stepMs, 50_000);
      for (let left = ms; left > 0; left -= step) {
        room.clock.advance(Math.min(step, left));
        holder.serve();
        if (station.state.is === 'closed') holder.reconnect();
      }
    },
    reconnect(): void {
      if (station.state.is === 'open') station.drop();
      station = room.connect(id);
      answered = 0;
    },
    /** Boots again; the list survives unless it is lost. */
    reboot(more: { readonly losesList?: boolean; readonly firmwareVersion?: string } = {}): void {
      if (more.losesList === true) {
        list.clear();
        version = 0;
      }
      holder.reconnect();
      const { firmwareVersion } = more;
      station.call('BootNotification', {
        chargePointVendor: 'V',
        chargePointModel: 'M',
        ...(firmwareVersion === undefined ? {} : { firmwareVersion }),
      });
    },
  };
  return holder;

  function answer([messageId, action, payload]: readonly unknown[]): void {
    const fault = faults.shift() ?? null;
    if (fault === 'drop') station.drop();
    else if (fault === 'error') station.say(JSON.stringify([4, messageId, 'GenericError', 'out of luck', {}]));
    else if (fault === 'malformed') station.answer(messageId, { status: 'Perhaps' });
    else if (fault !== 'silence') {
      const said = saidTo(action, payload, fault);
      if (said !== null && fault !== 'late') station.answer(messageId, said);
    }
  }

  function saidTo(action: unknown, payload: unknown, fault: Fault | null): object | null {
    if (action === 'GetLocalListVersion') {
      asked += 1;
      return { listVersion: version };
    }
    if (action === 'GetConfiguration') {
      return { configurationKey: [...configuration].map(([key, value]) => ({ key, readonly: true, value })) };
    }
    if (action !== 'SendLocalList') throw new Error(`asked for ${action}`);
    const update = payload as Update;
    if ((update.localAuthorizationList ?? []).length > swallows) return null;
    return { status: fault === 'mismatch' ? 'VersionMismatch' : fault === 'failed' ? 'Failed' : take(update) };
  }

  function take(update: Update): string {
    checkWire(update);
    updates.push(update);
    const { listVersion, updateType, localAuthorizationList: sent = [] } = update;
    if (sent.length > chunk) return 'Failed';
    if (updateType === 'Differential' && listVersion <= version) return 'VersionMismatch';
    const next = new Map(updateType === 'Full' ? [] : list);
    for (const { idTag, idTagInfo } of sent) {
      if (idTagInfo === undefined) next.delete(idTag.toLowerCase());
      else next.set(idTag.toLowerCase(), idTagInfo);
    }
    if (next.size > total) return 'Failed';
    list.clear();
    for (const [key, info] of next) list.set(key, info);
    version = listVersion;
    return 'Accepted';
  }

  /** What no charge point should ever be sent. */
  function checkWire({ listVersion, updateType, localAuthorizationList: sent = [] }: Update): void {
    if (!(listVersion > 0)) throw new Error(`list version ${listVersion}`);
    const keys = sent.map(({ idTag }) => idTag.toLowerCase());
    if (new Set(keys).size < keys.length) throw new Error(`an idTag comes twice: ${keys}`);
    if (updateType === 'Full' && sent.some(({ idTagInfo }) => idTagInfo === undefined)) {
      throw new Error('an entry of a full list says nothing');
    }
    if (sent.some(({ idTag }) => idTag === '' || idTag.length > 20)) throw new Error('an idTag does not fit');
    const content = JSON.stringify([updateType, sent]);
    if ((contents.get(listVersion) ?? content) !== content) throw new Error(`version ${listVersion} was used before`);
    contents.set(listVersion, content);
  }
}
