/** Modbus registers to numbers, and many registers to few reads. */
import type { Register, RegisterType } from './meter-config.ts';

const WORDS: Readonly<Record<RegisterType, number>> = {
  int16: 1,
  uint16: 1,
  int32: 2,
  uint32: 2,
  float32: 2,
  int64: 4,
  uint64: 4,
  float64: 4,
  int32le: 2,
  uint32le: 2,
  float32le: 2,
};

/** Registers in one read: Modbus allows 125; many meters take less. */
const MAX_WORDS = 80;
/** Unused registers that are read along rather than asking twice. Few: meters refuse addresses that they do not have. */
const MAX_GAP = 8;

export type Block = { readonly function: 'holding' | 'input'; readonly address: number; readonly words: number };

/** The reads that together hold all these registers. */
export function blocksOf(registers: readonly Register[]): Block[] {
  const blocks: Block[] = [];
  for (const kind of ['holding', 'input'] as const) {
    const wanted = registers
      .filter((register) => (register.function ?? 'holding') === kind)
      .sort((a, b) => a.address - b.address);
    for (const { address, type } of wanted) {
      const end = address + WORDS[type];
      const last = blocks.at(-1);
      const lastEnd = last === undefined ? 0 : last.address + last.words;
      if (last?.function === kind && address - lastEnd <= MAX_GAP && end - last.address <= MAX_WORDS) {
        blocks[blocks.length - 1] = { ...last, words: Math.max(last.words, end - last.address) };
      } else {
        blocks.push({ function: kind, address, words: WORDS[type] });
      }
    }
  }
  return blocks;
}

/** The value of one register among blocks that were read; NaN where the meter marks it as not there. */
export function registerValue(register: Register, blocks: readonly (Block & { readonly bytes: Buffer })[]): number {
  const kind = register.function ?? 'holding';
  for (const block of blocks) {
    const offset = register.address - block.address;
    if (block.function !== kind || offset < 0 || offset + WORDS[register.type] > block.words) continue;
    return (
      decode(block.bytes.subarray(offset * 2, (offset + WORDS[register.type]) * 2), register.type) *
      (register.scale ?? 1)
    );
  }
  return Number.NaN;
}

function decode(bytes: Buffer, type: RegisterType): number {
  if (bytes.length < WORDS[type] * 2) return Number.NaN;
  switch (type) {
    case 'int16':
      return absent(bytes, 0x80) ? Number.NaN : bytes.readInt16BE();
    case 'uint16':
      return absent(bytes, 0xff) ? Number.NaN : bytes.readUInt16BE();
    case 'int32':
      return absent(bytes, 0x7f) || absent(bytes, 0x80) ? Number.NaN : bytes.readInt32BE();
    case 'uint32':
      return absent(bytes, 0xff) ? Number.NaN : bytes.readUInt32BE();
    case 'float32':
      return bytes.readFloatBE();
    case 'int64':
      return absent(bytes, 0x7f) || absent(bytes, 0x80) ? Number.NaN : Number(bytes.readBigInt64BE());
    case 'uint64':
      return absent(bytes, 0xff) ? Number.NaN : Number(bytes.readBigUInt64BE());
    case 'float64':
      return bytes.readDoubleBE();
    case 'int32le':
    case 'uint32le':
    case 'float32le':
      return decode(Buffer.concat([bytes.subarray(2, 4), bytes.subarray(0, 2)]), withoutOrder[type]);
  }
}

const withoutOrder = { int32le: 'int32', uint32le: 'uint32', float32le: 'float32' } as const;

/** Meters and SunSpec say "there is no such value" by the lowest or highest number of the type. */
function absent(bytes: Buffer, first: 0x7f | 0x80 | 0xff): boolean {
  return bytes[0] === first && bytes.subarray(1).every((byte) => byte === (first === 0x80 ? 0 : 0xff));
}
