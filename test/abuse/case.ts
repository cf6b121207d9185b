/** One bad frame of the table, and what must become of it. */

export type Outcome =
  | 'ignored'
  | 'answered'
  | 'NotImplemented'
  | 'NotSupported'
  | 'ProtocolError'
  | 'FormationViolation'
  | 'PropertyConstraintViolation'
  | 'TypeConstraintViolation'
  /** The connection ends with this code. */
  | number;

export type Case = {
  readonly name: string;
  readonly outcome: Outcome;
  /** The frame, given a message id of its own; a buffer is sent as a binary frame. */
  readonly frame: (id: string) => string | Buffer;
  /** Sent as text, though it is none. */
  readonly asText?: boolean;
  /** What may grow by it, and by how much. */
  readonly leaves?: Readonly<Record<string, number>>;
};

export const MIB = 1_048_576;
/** A frame that is written out; @ stands for the message id. */
export const raw = (outcome: Outcome, name: string, text: string): Case => ({
  name,
  outcome,
  frame: (id) => text.replace('@', id),
});
/** A CALL whose payload is given as JSON text, for what JSON.stringify would not write. */
export const call = (
  outcome: Outcome,
  name: string,
  action: string,
  payload: string,
  leaves?: Case['leaves'],
): Case => ({
  name: `${action}: ${name}`,
  outcome,
  frame: (id) => `[2,"${id}",${JSON.stringify(action)},${payload}]`,
  ...(leaves === undefined ? {} : { leaves }),
});
