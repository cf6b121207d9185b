/** HTML and SVG as text in which whatever comes from outside is escaped, because nothing else can be put in. */

export type Markup = { readonly markup: string };
type Slot = Markup | string | number | null | readonly Slot[];

/** Texts are escaped, numbers are coordinates and cut to a tenth, lists stand one after the other, null is nothing. */
export function html(pieces: TemplateStringsArray, ...slots: readonly Slot[]): Markup {
  let text = pieces[0] ?? '';
  for (const [index, slot] of slots.entries()) text += textOf(slot) + (pieces[index + 1] ?? '');
  return { markup: text };
}

function textOf(slot: Slot): string {
  if (slot === null) return '';
  if (typeof slot === 'string') return escaped(slot);
  if (typeof slot === 'number') return String(Math.round(slot * 10) / 10);
  if ('markup' in slot) return slot.markup;
  return slot.map(textOf).join('');
}

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Control characters are no text in HTML, and marks that turn the direction of writing could hide what is written. */
const escaped = (text: string): string =>
  text
    .replaceAll(/[&<>"']/g, (letter) => NAMED[letter] ?? '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
