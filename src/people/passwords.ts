import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** Cost of one guess: 2^15 blocks of 8 x 128 bytes are 33 MB and about 0.1 to 0.2 s. */
export type HashCost = { readonly n: number; readonly r: number; readonly p: number };
export const COST: HashCost = { n: 32_768, r: 8, p: 1 };

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Hashes computed at once, and that may wait for one: each takes memory and a thread, and whoever asks is not known yet. */
const AT_ONCE = 2;
const MAX_WAITING = 16;

/** Too many want to log in at the same time. */
export class TooBusy extends Error {
  override readonly name = 'TooBusy';
}

export type Passwords = ReturnType<typeof createPasswords>;

/** Hashes passwords with scrypt (RFC 7914), and checks them; kept as PHC strings, so that the cost can grow. */
export function createPasswords(cost: HashCost = COST) {
  let running = 0;
  const waiting: (() => void)[] = [];
  const nobody = randomBytes(HASH_BYTES);

  return {
    async hash(password: string): Promise<string> {
      const salt = randomBytes(SALT_BYTES);
      const hash = await derive(password, salt, cost);
      const { n, r, p } = cost;
      return `$scrypt$ln=${Math.log2(n)},r=${r},p=${p}$${plain64(salt)}$${plain64(hash)}`;
    },

    /** Null is nobody's hash: it takes as long, and is never right. */
    async matches(password: string, phc: string | null): Promise<boolean> {
      const known = phc === null ? null : parse(phc);
      const { salt, hash, ...used } = known ?? { salt: Buffer.alloc(SALT_BYTES), hash: nobody, ...cost };
      const right = timingSafeEqual(await derive(password, salt, used), hash);
      return right && known !== null;
    },

    /** It was made at another cost than is paid now. */
    isOutdated(phc: string): boolean {
      const { n, r, p } = parse(phc);
      return n !== cost.n || r !== cost.r || p !== cost.p;
    },
  };

  async function derive(password: string, salt: Buffer, { n, r, p }: HashCost): Promise<Buffer> {
    if (waiting.length >= MAX_WAITING) throw new TooBusy();
    if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
    try {
      return await scryptOf(password.normalize('NFKC'), salt, { N: n, r, p, maxmem: 256 * n * r });
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  }
}

const scryptOf = (password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, options, (error, hash) => (error === null ? resolve(hash) : reject(error)));
  });

function parse(phc: string): HashCost & { salt: Buffer; hash: Buffer } {
  const found = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]+)\$([\w+/]+)$/.exec(phc);
  if (found === null) throw new Error('a password hash in the store is damaged');
  const [, ln, r, p, salt = '', hash = ''] = found;
  return {
    n: 2 ** Number(ln),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

const plain64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
