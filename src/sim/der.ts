/** As much of ASN.1 DER as certificates and signing requests ask of a charge point. */

type Element = { readonly tag: number; readonly content: Buffer; readonly whole: Buffer };

export const tags = { integer: 0x02, bits: 0x03, oid: 0x06, utf8: 0x0c, sequence: 0x30, set: 0x31 } as const;

/** The elements that follow each other here; throws a RangeError where it is cut off. */
export function readDer(bytes: Buffer): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes.readUInt8(at);
    const first = bytes.readUInt8(at + 1);
    // Above 127 this many bytes hold the length; six are plenty and all that Node reads.
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
    const start = at + 2 + lengthBytes;
    if (start + length > bytes.length) throw new RangeError('the element is cut off');
    const end = start + length;
    elements.push({ tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end) });
    at = end;
  }
  return elements;
}

export function writeDer(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(length);
  const shortest = size.subarray(size.findIndex((byte) => byte !== 0));
  return Buffer.concat([Buffer.of(tag, 0x80 | shortest.length), shortest, content]);
}

/** The body of an object identifier such as 2.5.4.3. */
export function writeOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const septets = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) septets.unshift((left & 0x7f) | 0x80);
    bytes.push(...septets);
  }
  return writeDer(tags.oid, Buffer.from(bytes));
}

/** A distinguished name of an organization and a common name. */
export function writeName(organization: string, commonName: string): Buffer {
  const part = (oid: string, value: string) =>
    writeDer(tags.set, writeDer(tags.sequence, writeOid(oid), writeDer(tags.utf8, Buffer.from(value))));
  return writeDer(tags.sequence, part('2.5.4.10', organization), part('2.5.4.3', commonName));
}
