import { dirname, join } from 'node:path';
import type { Config } from './config/load.ts';
import type { TlsPair } from './runtime/tls-files.ts';

/** Where the gateway's own authority keeps what it makes. */
export const certificateFolder = ({ store }: Config): string => join(dirname(store.path), 'certificates');

/** The pairs that the gateway's own authority makes for it: one for each kind of key. */
export const ownPairs = (folder: string): TlsPair[] =>
  ['ec', 'rsa'].map((kind) => ({
    certFile: join(folder, `server-${kind}.pem`),
    keyFile: join(folder, `server-${kind}.key`),
  }));
