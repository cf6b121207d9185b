/** From values to places of a drawing. */

export type Point = readonly [x: number, y: number];

/** A straight scale: `domain` to `range`. */
export function linear([from, to]: Point, [low, high]: Point): (value: number) => number {
  const span = to - from || 1;
  return (value) => low + ((value - from) / span) * (high - low);
}

/** Round values from 0 to at least `highest`, about so many. */
export function ticks(highest: number, about = 4): number[] {
  const rough = Math.max(highest, 1e-9) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((each) => each * power >= rough * 0.999) ?? 10) * power;
  const last = Math.ceil((highest / step) * 0.999);
  return Array.from({ length: last + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** A line through points, as the `d` of a path. */
export const lineThrough = (points: readonly Point[]): string =>
  points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${cut(x)} ${cut(y)}`).join('');

/** What lies between a line and a level. */
export function areaTo(points: readonly Point[], level: number): string {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return '';
  return `${lineThrough(points)}L${cut(last[0])} ${cut(level)}L${cut(first[0])} ${cut(level)}Z`;
}

/** At most so many values, each the highest of those that it stands for: a peak is never lost. */
export function thinned(values: readonly number[], most: number): number[] {
  if (values.length <= most) return [...values];
  return Array.from({ length: most }, (_, index) => {
    const from = Math.floor((index * values.length) / most);
    const before = Math.floor(((index + 1) * values.length) / most);
    let highest = values[from] ?? 0;
    for (let at = from + 1; at < before; at += 1) highest = Math.max(highest, values[at] ?? 0);
    return highest;
  });
}

const cut = (value: number): number => Math.round(value * 10) / 10;
