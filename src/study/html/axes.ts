import { html, type Markup } from './markup.ts';

/** Frame of a plot: where its field lies in a drawing of `width` and `height`. */
export type Frame = {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
};

/** A drawing with room for labels at its left and below. */
export const frameOf = (width: number, height: number, room: Partial<Frame> = {}): Frame => {
  const { left = 42, right = 10, top = 12, bottom = 26 } = room;
  return { width, height, left, right: width - right, top, bottom: height - bottom };
};

/** Lines across at values, with their labels at the left. */
export function valueAxis(frame: Frame, values: readonly number[], y: (value: number) => number, unit = ''): Markup {
  return html`<g class="axis">${values.map(
    (value, index) =>
      html`<path d="M${frame.left} ${y(value)}H${frame.right}"/><text x="${frame.left - 6}" y="${y(value) + 4}" text-anchor="end">${
        index === values.length - 1 && unit !== '' ? `${label(value)} ${unit}` : label(value)
      }</text>`,
  )}</g>`;
}

/** Labels below, each at its place. */
export function placesAxis(frame: Frame, places: readonly (readonly [x: number, text: string])[]): Markup {
  return html`<g class="axis">${places.map(
    ([x, text]) =>
      html`<path class="tick" d="M${x} ${frame.bottom}v4"/><text x="${x}" y="${frame.bottom + 18}" text-anchor="middle">${text}</text>`,
  )}</g>`;
}

/** Every so many hours of a day, from 0 to 24. */
export const hourPlaces = (x: (hour: number) => number, every: number): [number, string][] =>
  Array.from({ length: 24 / every + 1 }, (_, index) => [x(index * every), String(index * every)]);

/** A drawing as a picture for all who look, or listen. */
export function drawing(
  { width, height }: Pick<Frame, 'width' | 'height'>,
  title: string,
  content: readonly Markup[],
): Markup {
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">${[...content]}</svg>`;
}

/** The same drawing for wide and for narrow screens: letters keep their size. */
export const wideAndNarrow = (draw: (width: number) => Markup): Markup =>
  html`<div class="wide">${draw(1010)}</div><div class="narrow">${draw(420)}</div>`;

const label = (value: number): string => (value >= 10_000 ? `${value / 1_000}k` : String(Number(value.toPrecision(6))));
