import { expect, it } from 'vitest';
import { readFileAddress } from '../../src/runtime/file-address.ts';
import { fileTokenHash, newFileToken } from '../../src/runtime/file-tokens.ts';

it('a token is 32 characters that an address takes as they are, and never the same', () => {
  const tokens = Array.from({ length: 1_000 }, () => newFileToken());
  expect(new Set(tokens).size).toBe(1_000);
  for (const token of tokens) expect(readFileAddress(`/files/${token}/`)).toEqual({ token, name: null });
});

it('a token is made of all the randomness it is given', () => {
  expect(newFileToken((bytes) => Buffer.alloc(bytes, 0xff))).toBe('_'.repeat(32));
  expect(newFileToken((bytes) => Buffer.alloc(bytes, 0xfb))).toBe('-_v7'.repeat(8));
});

it('is stored as its SHA-256', () => {
  // SHA-256 of "abc" (FIPS 180-2, appendix B.1).
  expect(fileTokenHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
