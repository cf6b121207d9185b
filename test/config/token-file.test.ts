import { describe, expect, it } from 'vitest';
import { problemLines, valid, write } from './scratch.ts';

const text = 'authorization: {tokens: {file: cards/tokens.csv}}';

describe('a file of tokens', () => {
  it('is read beside the configuration', () => {
    write('cards/tokens.csv', 'idTag,status\nA,Blocked\nB,\n');
    expect(valid(text).tokenLines).toEqual([
      { line: 2, idTag: 'A', fields: { status: 'Blocked' } },
      { line: 3, idTag: 'B', fields: { status: 'Accepted' } },
    ]);
  });

  it('that is wrong says in which line, like everything else in the configuration', () => {
    write('cards/tokens.csv', 'idTag,status\nA,Blocked\nB,maybe\n');
    expect(problemLines(text)).toEqual([
      './cards/tokens.csv:3:1 status is "maybe"; allowed: Accepted, Blocked or Expired',
    ]);
    write('cards/tokens.csv', new Uint8Array([0xff, 0xfe, 0x00]));
    expect(problemLines(text)).toEqual([
      './site.yaml:1:32 authorization.tokens.file: names the file "cards/tokens.csv", which is not UTF-8 text',
    ]);
  });
});
