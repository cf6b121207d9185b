/** Answers remembered for one connection. A charge point repeats what it just sent, not what it sent long ago. */
const MAX_ANSWERS = 16;
/** Longer requests are not remembered (characters); business keys find their repetition all the same. */
const MAX_REQUEST_LENGTH = 65_536;

export type ReplayCache = ReturnType<typeof createReplayCache>;

/**
 * The same message id with the same content again on one connection gets the same answer again and does nothing twice
 * (OCPP-J errata 3.7). Never across connections: real charge points begin at "1" again after a reboot.
 */
export function createReplayCache() {
  const answers = new Map<string, { request: string; answer: string }>();
  return {
    find(messageId: string, request: string): string | null {
      const known = answers.get(messageId);
      return known !== undefined && known.request === request ? known.answer : null;
    },
    remember(messageId: string, request: string, answer: string): void {
      if (request.length > MAX_REQUEST_LENGTH) return;
      answers.delete(messageId);
      answers.set(messageId, { request, answer });
      if (answers.size > MAX_ANSWERS) {
        for (const oldest of answers.keys()) {
          answers.delete(oldest);
          break;
        }
      }
    },
  };
}
