/** The frames of OCPP-J (§4.2): text to what it says, and back. What cannot be answered is ignored with a reason. */
import { cutText } from './cut-text.ts';
import { type RpcErrorCode, readErrorCode } from './error-codes.ts';
import { isDeeperThan, MAX_JSON_DEPTH } from './json-depth.ts';
import { type Action, type ChargePointAction, isAction, isChargePointAction } from './messages/actions.ts';
import { insertMissingValues } from './missing-values.ts';

export type Frame =
  | {
      readonly kind: 'call';
      readonly messageId: string;
      readonly action: ChargePointAction;
      /** An object; whether it is the action's is for readRequest. */
      readonly payload: unknown;
    }
  | { readonly kind: 'result'; readonly messageId: string; readonly payload: unknown }
  | {
      readonly kind: 'error';
      readonly messageId: string;
      readonly code: RpcErrorCode;
      /** The code as it was spelt. */
      readonly rawCode: string;
      readonly description: string;
      /** Should be an object; SAP's simulator sends a string. */
      readonly details: unknown;
    }
  /** Nothing to answer, or nobody to answer to (OCPP-J §4.1.3). */
  | { readonly kind: 'ignored'; readonly reason: string }
  /** A CALL that can be answered and not be handled: a CALLERROR of this code and description is its answer. */
  | {
      readonly kind: 'bad-call';
      readonly messageId: string;
      readonly code: RpcErrorCode;
      readonly description: string;
    };

/** Characters of a message id of ours (OCPP-J §4.1.4). */
const MAX_OWN_MESSAGE_ID = 36;
/** Characters of a message id that we still echo: some stacks exceed the 36; a longer one is no id. */
const MAX_MESSAGE_ID = 255;
/** Characters of errorDescription that we send, and that we keep of a received one, line breaks and all. */
const MAX_DESCRIPTION = 255;
const MAX_RECEIVED_DESCRIPTION = 1000;
const MAX_RECEIVED_CODE = 64;

/** Reads one text frame. Never throws. */
export function parseFrame(text: string): Frame {
  const message = parseJson(text) ?? parseJson(insertMissingValues(text));
  if (message === undefined) return ignored('not JSON');
  if (!Array.isArray(message)) return ignored('not a list');
  const type: unknown = message[0];
  if (type !== 2 && type !== 3 && type !== 4) return ignored('unknown message type');
  const messageId = readMessageId(message[1]);
  if (messageId === null) return ignored('no usable message id');
  if (isDeeperThan(MAX_JSON_DEPTH, message)) {
    if (type !== 2) return ignored('nested too deep');
    return { kind: 'bad-call', messageId, code: 'FormationViolation', description: 'the message is nested too deep' };
  }
  if (type === 2) return readCall(messageId, message);
  if (type === 3) return { kind: 'result', messageId, payload: message[2] ?? {} };
  return readError(messageId, message);
}

const ignored = (reason: string): Frame => ({ kind: 'ignored', reason });

/** Undefined when the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A string; a whole number is taken by its decimal text, since an answer under that id is better than none. */
function readMessageId(id: unknown): string | null {
  if (typeof id === 'number') return Number.isSafeInteger(id) ? String(id) : null;
  return typeof id === 'string' && id.length <= MAX_MESSAGE_ID ? id : null;
}

function readCall(messageId: string, message: readonly unknown[]): Frame {
  const bad = (code: RpcErrorCode, description: string): Frame => ({ kind: 'bad-call', messageId, code, description });
  const [, , action, payload] = message;
  if (typeof action !== 'string') return bad('FormationViolation', 'the action must be a string');
  if (message.length < 4) return bad('ProtocolError', 'a call has four elements, the payload is missing');
  if (message.length > 4) return bad('FormationViolation', 'a call has four elements');
  if (!isAction(action)) return bad('NotImplemented', 'the action is not one of OCPP 1.6');
  if (!isChargePointAction(action)) return bad('NotSupported', `${action} is for a charge point to answer`);
  if (payload === null) return { kind: 'call', messageId, action, payload: {} };
  if (typeof payload !== 'object' || Array.isArray(payload)) {
    return bad('FormationViolation', 'the payload must be an object');
  }
  return { kind: 'call', messageId, action, payload };
}

function readError(messageId: string, message: readonly unknown[]): Frame {
  const [, , code, description, details] = message;
  const rawCode = typeof code === 'string' ? cutText(code, MAX_RECEIVED_CODE) : '';
  return {
    kind: 'error',
    messageId,
    code: readErrorCode(rawCode),
    rawCode,
    description: typeof description === 'string' ? cutText(description, MAX_RECEIVED_DESCRIPTION) : '',
    details: details ?? {},
  };
}

/** The id is unique for the charge point, also across connections (OCPP-J errata §3.1), and has at most 36 characters. */
export function encodeCall(messageId: string, action: Action, payload: object): string {
  if (messageId.length > MAX_OWN_MESSAGE_ID) throw new RangeError(`message id too long: ${messageId}`);
  return JSON.stringify([2, messageId, action, payload]);
}

export function encodeResult(messageId: string, payload: object): string {
  return JSON.stringify([3, messageId, payload]);
}

/** The description is cut to 255 characters; details are always empty: ours would mean nothing to a charge point. */
export function encodeError(messageId: string, code: RpcErrorCode, description: string): string {
  return JSON.stringify([4, messageId, code, cutText(description, MAX_DESCRIPTION), {}]);
}
