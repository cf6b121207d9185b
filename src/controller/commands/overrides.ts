import type { Event } from '../../domain/events.ts';
import { idTagKey, isNarrowed } from '../../domain/token.ts';
import type { Instant } from '../../domain/units.ts';
import type { CommandSite } from '../command-steps.ts';

/** What of the backend was changed on site for a while: what the backend says of it, and that it holds again. */

type Records = CommandSite['records'];

/** Tokens as the backend has them: a list of its own is compared with these, not with what was changed on site. */
export function asOfUpstream(records: Records): Pick<Records, 'token' | 'tokenFor' | 'idTagsFrom'> {
  const { tokenFor, idTagsFrom } = records;
  return {
    tokenFor,
    idTagsFrom,
    token: (idTag) => {
      const token = records.token(idTag);
      return token?.source === 'upstream' ? (records.tokenOverride(idTag)?.original ?? token) : token;
    },
  };
}

/**
 * Ends the changes whose time is over. A name that another token was given meanwhile stays there; a token that is no
 * longer of the backend, as the file names it now, stays as it is.
 */
export function lapsedOverrides(records: Records, at: Instant): Event[] {
  const lapsed = records.lapsedOverrides(at).map(({ original }) => ({ original, now: records.token(original.idTag) }));
  const back = lapsed.filter(({ now }) => now?.source === 'upstream');
  const returning = new Set(back.map(({ original }) => idTagKey(original.idTag)));
  const claimed = new Set(returning);
  const isFree = (alias: string): boolean => {
    const holder = records.tokenFor(alias);
    // What a token that comes back itself goes by now, it gives up first.
    const held = holder !== null && !returning.has(idTagKey(holder.idTag));
    if (held || claimed.has(idTagKey(alias))) return false;
    claimed.add(idTagKey(alias));
    return true;
  };
  const put = back.map(({ original }) => ({ ...original, aliases: original.aliases.filter(isFree) }));
  const narrows = put.some((token, index) => isNarrowed(back[index]?.now ?? null, token));
  const events: Event[] =
    put.length === 0 ? [] : [{ type: 'tokens-imported', put, removed: [], source: 'upstream', at }];
  if (narrows) events.push({ type: 'tokens-narrowed', at });
  events.push(...lapsed.map(({ original: { idTag } }): Event => ({ type: 'token-override-ended', idTag, at })));
  for (const { chargePointId, key } of records.lapsedWishes(at)) {
    events.push({ type: 'configuration-override-ended', chargePointId, key, at });
  }
  return events;
}
