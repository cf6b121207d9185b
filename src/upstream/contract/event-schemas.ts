import type { TObject } from 'typebox';
import type { OutboxRow } from '../../store/outbox.ts';
import { cardEvents } from './card-events.ts';
import { requestEvents } from './request-events.ts';
import { sessionEvents } from './session-events.ts';
import { siteEvents } from './site-events.ts';

/** What `data` of each event of t0 holds, by the type that stands behind `busbar.`. */
export const eventData: Readonly<Record<OutboxRow['type'], TObject>> = {
  ...sessionEvents,
  ...cardEvents,
  ...requestEvents,
  ...siteEvents,
};
