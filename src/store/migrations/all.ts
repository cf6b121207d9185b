import { sql as ledger } from './001-ledger.ts';
import { sql as operations } from './002-operations.ts';
import { sql as tokens } from './003-tokens.ts';
import { sql as localLists } from './004-local-lists.ts';
import { sql as reservations } from './005-reservations.ts';
import { sql as fileJobs } from './006-file-jobs.ts';
import { sql as configuration } from './007-configuration.ts';
import { sql as chargingProfiles } from './008-charging-profiles.ts';
import { sql as credentials } from './009-credentials.ts';
import { sql as dataTransfers } from './010-data-transfers.ts';
import { sql as siteLimits } from './011-site-limits.ts';
import { sql as chargingWishes } from './012-charging-wishes.ts';
import { sql as dialects } from './013-dialects.ts';
import { sql as balanceHistory } from './014-balance-history.ts';
import { sql as commitments } from './015-commitments.ts';
import { sql as foreignPeaks } from './016-foreign-peaks.ts';
import { sql as upstream } from './017-upstream.ts';
import { sql as owners } from './018-owners.ts';
import { sql as securityProfiles } from './019-security-profiles.ts';
import { sql as people } from './020-people.ts';
import { sql as certificates } from './021-certificates.ts';
import { sql as audit } from './022-audit.ts';

export type Migration = { readonly version: number; readonly name: string; readonly sql: string };

/** In order, never edited once released: a checksum of each is kept in the database. */
export const migrations: readonly Migration[] = [
  { version: 1, name: 'ledger', sql: ledger },
  { version: 2, name: 'operations', sql: operations },
  { version: 3, name: 'tokens', sql: tokens },
  { version: 4, name: 'local-lists', sql: localLists },
  { version: 5, name: 'reservations', sql: reservations },
  { version: 6, name: 'file-jobs', sql: fileJobs },
  { version: 7, name: 'configuration', sql: configuration },
  { version: 8, name: 'charging-profiles', sql: chargingProfiles },
  { version: 9, name: 'credentials', sql: credentials },
  { version: 10, name: 'data-transfers', sql: dataTransfers },
  { version: 11, name: 'site-limits', sql: siteLimits },
  { version: 12, name: 'charging-wishes', sql: chargingWishes },
  { version: 13, name: 'dialects', sql: dialects },
  { version: 14, name: 'balance-history', sql: balanceHistory },
  { version: 15, name: 'commitments', sql: commitments },
  { version: 16, name: 'foreign-peaks', sql: foreignPeaks },
  { version: 17, name: 'upstream', sql: upstream },
  { version: 18, name: 'owners', sql: owners },
  { version: 19, name: 'security-profiles', sql: securityProfiles },
  { version: 20, name: 'people', sql: people },
  { version: 21, name: 'certificates', sql: certificates },
  { version: 22, name: 'audit', sql: audit },
];
