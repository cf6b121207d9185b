import { seededId } from './ids.ts';
import type { Inner } from './items.ts';
import { CALL } from './lines.ts';

/** The message id of an answer. */
const ANSWER = /^(\[[34],")([^"]{1,64})"/;

/**
 * Brings answers that are on record to calls of a controller that has come to other message ids: each goes to the oldest
 * call of the same action on the same connection.
 */
export function createCallsOnRecord(seed: string) {
  /** By the message id on record: which call it was. */
  const recorded = new Map<string, { conn: number; action: string }>();
  const waiting = new Map<number, { id: string; action: string }[]>();
  return {
    /** What the recorded controller sent. */
    noted(inner: readonly Inner[]): void {
      for (const item of inner) {
        if (item.kind !== 'sent' || item.call === null || item.call.id === null) continue;
        recorded.set(seededId(seed, item.call.id), { conn: item.conn, action: item.call.action });
      }
    },
    /** What this controller sends. */
    sent(conn: number, text: string): void {
      const [, id, action] = CALL.exec(text) ?? [];
      if (id === undefined || action === undefined) return;
      const calls = waiting.get(conn) ?? [];
      calls.push({ id, action });
      waiting.set(conn, calls.slice(-100));
    },
    /** The frame as this controller has to get it. */
    translated(conn: number, text: string): string {
      const id = ANSWER.exec(text)?.[2];
      const call = id === undefined ? undefined : recorded.get(id);
      if (id === undefined || call === undefined) return text;
      recorded.delete(id);
      const calls = waiting.get(conn) ?? [];
      const mine = calls.find(({ action }) => action === call.action);
      if (mine === undefined) return text;
      calls.splice(calls.indexOf(mine), 1);
      return text.replace(ANSWER, (_, head: string) => `${head}${mine.id}"`);
    },
  };
}
