/** Characters up to which a broken frame is worth repairing: a long StopTransaction has 10,000, a larger one is not read twice. */
const MAX_LENGTH = 65_536;

/**
 * JSON with a value left out, as in `"transactionId":,`, with null in its place: seen from charge points that print an
 * unset number. Reads the text once; strings are left alone. Longer texts come back as they are.
 */
export function insertMissingValues(text: string): string {
  if (text.length > MAX_LENGTH) return text;
  let result = '';
  let copied = 0;
  let inString = false;
  let afterColon = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (inString) {
      if (char === '\\') index += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') {
      inString = true;
      afterColon = false;
    } else if (char === ':') {
      afterColon = true;
    } else if (afterColon && (char === ',' || char === '}')) {
      result += `${text.slice(copied, index)}null`;
      copied = index;
      afterColon = false;
    } else if (char !== ' ' && char !== '\t' && char !== '\n' && char !== '\r') {
      afterColon = false;
    }
  }
  return result + text.slice(copied);
}
