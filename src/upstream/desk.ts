import type { Ids } from '../runtime/ports.ts';
import { type createCommandDesk as CreateCommandDesk, createCommandDesk } from './commands/desk.ts';
import { createOnlineCheck } from './online-check.ts';
import { createTwin } from './twin.ts';
import type { Desk } from './upstream.ts';

/** Everything that the backend may say, each to where it belongs. */
export function createDesk(
  site: Parameters<typeof CreateCommandDesk>[0] & {
    isUp: () => boolean;
    ids: Ids;
    /** How long a charge point waits for what the backend says of a card, ms; null: it is not asked. */
    askWithinMs: number | null;
  },
): Desk {
  const { topics, askWithinMs } = site;
  const check = askWithinMs === null ? null : createOnlineCheck({ ...site, deadlineMs: askWithinMs });
  const commands = createCommandDesk(site);
  const twin = createTwin(site);

  return {
    async received(message): Promise<void> {
      if (message.topic.startsWith(topics.commands)) await commands.received(message);
      else if (message.topic === topics.desired) await twin.received(message);
      else if (message.topic === topics.answerAuthorize) await check?.received(message);
    },
    ...(check === null ? {} : { door: check.door }),
    start: commands.start,
    stop: commands.stop,
  };
}
