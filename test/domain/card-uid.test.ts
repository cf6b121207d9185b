import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cardForms, isLongerNumber } from '../../src/domain/card-uid.ts';
import { idTagKey } from '../../src/domain/token.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map((array) => [...array]);
const hex = (number: readonly number[], separator = ''): string =>
  number.map((byte) => byte.toString(16).padStart(2, '0')).join(separator);
const whole = (idTag: string): readonly string[] => cardForms(idTag).whole;

describe('the number of a card', () => {
  it.each([
    ['04A1B2C3', '04:a1:b2:c3'],
    ['04:A1:B2:C3', '04a1b2c3'],
    ['04 A1 B2 C3', 'c3b2a104'],
    ['04A1B2C3', 'c3-b2-a1-04'],
    ['04A1B2C3', String(0x04a1b2c3)],
    ['04A1B2C3', `00${0x04a1b2c3}`],
    ['04A1B2C3', String(0xc3b2a104)],
    [String(0xc3b2a104), '04a1b2c3'],
    ['04A1B2C3D4E5F6', 'f6e5d4c3b2a104'],
    ['04:A1:B2:C3:D4:E5:F6', '04a1b2c3d4e5f6'],
    ['04A1B2C3D4E5F6', String(0x04a1b2c3d4e5f6n)],
  ])('%s may be known as %s', (seen, known) => {
    expect(whole(seen)).toContain(known);
  });

  it('is the same number from both sides: what one spelling finds, finds it back', () => {
    fc.assert(
      fc.property(fc.constantFrom(4, 7).chain(bytes), (number) => {
        const plain = hex(number);
        // Digits alone can be read as decimal too, and as what reads like that nobody writes them.
        fc.pre(/[a-f]/.test(plain));
        for (const other of whole(plain)) expect([...whole(other), other]).toContain(plain);
      }),
    );
  });

  it('is never another number of the same length', () => {
    fc.assert(
      fc.property(bytes(4), bytes(4), (one, other) => {
        fc.pre(hex(one) !== hex(other) && hex([...one].reverse()) !== hex(other));
        // Eight digits can be read as decimal too: those are told apart by how many tokens fit.
        fc.pre(/[a-f]/.test(hex(one)) && /[a-f]/.test(hex(other)));
        expect(whole(hex(one))).not.toContain(hex(other));
      }),
    );
  });

  it('that was cut is a guess: it finds the whole one, and the whole one finds it', () => {
    fc.assert(
      fc.property(bytes(7), (number) => {
        for (const length of [4, 6]) {
          expect(cardForms(hex(number)).cut).toContain(hex(number.slice(0, length)));
          expect(cardForms(hex(number)).cut).toContain(hex(number.slice(-length)));
          expect(whole(hex(number))).not.toContain(hex(number.slice(0, length)));
          const begins = cardForms(hex(number.slice(0, length))).beginsWith;
          expect(begins.some((start) => hex(number).startsWith(start))).toBe(true);
        }
        expect(isLongerNumber(hex(number))).toBe(true);
      }),
    );
  });

  it('is spelt in at most 20 characters, without the idTag itself, all of them keys', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          bytes(4).map((number) => hex(number)),
          fc.string({ maxLength: 20 }),
        ),
        (idTag) => {
          const forms = cardForms(idTag);
          for (const form of [...forms.whole, ...forms.cut]) {
            expect(form.length).toBeLessThanOrEqual(20);
            expect(form).toBe(idTagKey(form));
          }
          expect(forms.whole).not.toContain(idTagKey(idTag));
        },
      ),
    );
  });

  it.each(['', 'Anna', 'FLEET-7', '12', '04A1B2', '04A1B2C3D', '__proto__', 'zzzzzzzz'])('%s is no number', (idTag) => {
    expect(cardForms(idTag)).toEqual({ whole: [], cut: [], beginsWith: [] });
  });
});
