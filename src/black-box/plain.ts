/** JSON that keeps what JSON forgets: maps, sets, and fields that are there and say undefined. */

type Marked = { readonly $map: [unknown, unknown][] } | { readonly $set: unknown[] } | { readonly $none: true };

/** Text of a value made of plain objects, lists, maps, sets and scalars; all on one line. */
export function toPlain(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (each instanceof Map) return { $map: [...each] };
    if (each instanceof Set) return { $set: [...each] };
    return each === undefined ? { $none: true } : each;
  });
}

/** The value of a text that `toPlain` has made. Throws where it is none. */
export function fromPlain(text: string): unknown {
  return revived(JSON.parse(text));
}

function revived(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revived);
  if (typeof value !== 'object' || value === null) return value;
  const marked = value as Marked;
  if ('$map' in marked) return new Map(marked.$map.map(([key, each]) => [revived(key), revived(each)]));
  if ('$set' in marked) return new Set(marked.$set.map(revived));
  if ('$none' in marked) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, revived(each)]));
}
