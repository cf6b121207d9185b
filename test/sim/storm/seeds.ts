/** `7`, `1..200`, or several of them with commas. */
export function seedsIn(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [first, last = first] = part.split('..').map(Number);
    if (
      first === undefined ||
      last === undefined ||
      !Number.isInteger(first) ||
      !Number.isInteger(last) ||
      last < first
    ) {
      throw new RangeError(`--seeds ${text}: say 7, 1..200, or several of them with commas`);
    }
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
