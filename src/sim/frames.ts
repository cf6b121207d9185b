/** OCPP-J 1.6 §4.2 as a charge point sees it: three kinds of frames, each a JSON array in one text message. */

export type Payload = { readonly [field: string]: unknown };

type Frame =
  | { readonly kind: 'call'; readonly id: string; readonly action: string; readonly payload: Payload }
  | { readonly kind: 'result'; readonly id: string; readonly payload: Payload }
  | { readonly kind: 'error'; readonly id: string; readonly code: string; readonly description: string };

/** Null for what is no frame: it is ignored, as is an unknown message type (OCPP-J 1.6 §4.1.3). */
export function readFrame(text: string): Frame | null {
  const message = parse(text);
  if (!Array.isArray(message)) return null;
  const [type, id, third, fourth]: unknown[] = message;
  if (typeof id !== 'string') return null;
  if (type === 2 && typeof third === 'string') {
    return { kind: 'call', id, action: third, payload: isPayload(fourth) ? fourth : {} };
  }
  if (type === 3) return { kind: 'result', id, payload: isPayload(third) ? third : {} };
  if (type === 4) return { kind: 'error', id, code: String(third), description: String(fourth ?? '') };
  return null;
}

export function writeFrame(frame: Frame): string {
  if (frame.kind === 'call') return JSON.stringify([2, frame.id, frame.action, frame.payload]);
  if (frame.kind === 'result') return JSON.stringify([3, frame.id, frame.payload]);
  return JSON.stringify([4, frame.id, frame.code, frame.description, {}]);
}

export function isPayload(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
