import type { Command, CommandResult } from '../../domain/commands.ts';
import type { SecurityProfile } from '../../domain/security-profile.ts';
import { type CommandSite, type Done, ended, recorded } from '../command-steps.ts';
import type { Decision } from '../turn.ts';
import { callThen } from './call-then.ts';

type SecurityCommand = Extract<Command, { type: 'raise-security-profile' | 'lower-security-profile' }>;

/** How a charge point secures its connection from now on (security whitepaper A05). */
export function decideSecurityProfile(command: SecurityCommand, site: CommandSite, done: Done): Decision {
  const { chargePointId, profile } = command;
  const { records, policy, lines, clock } = site;
  if (records.registration(chargePointId) === null) {
    return ended(done, { kind: 'unknown', what: `charge point ${chargePointId}` });
  }
  const { highest } = records.securityStanding(chargePointId);
  if (command.type === 'lower-security-profile') {
    if (profile >= highest) return ended(done, conflict(`${chargePointId} has not been above profile ${profile}.`));
    return recorded([{ type: 'security-profile-lowered', chargePointId, profile, at: clock.now() }], site, done);
  }
  const line = lines.get(chargePointId);
  if (line === null || line.session === null) return ended(done, { kind: 'not-connected' });
  const why = objectionTo(profile, highest > line.session.securityProfile ? highest : line.session.securityProfile, {
    hasPassword: site.credentials.possible(chargePointId),
    servesTls: policy.security.servesTls,
  });
  if (why !== null) return ended(done, conflict(`${chargePointId}: ${why}`));
  const payload = { key: 'SecurityProfile', value: String(profile) };
  return callThen(line, { action: 'ChangeConfiguration', payload }, [], site, done);
}

/** What would make it fail for sure; whether it holds the right certificates is for the charge point to say (A05.FR.02, FR.03). */
function objectionTo(
  profile: SecurityProfile,
  now: SecurityProfile,
  { hasPassword, servesTls }: { hasPassword: boolean; servesTls: boolean },
): string | null {
  if (profile <= now) return `it uses profile ${now} already, and a message can only raise it.`;
  if (profile >= 2 && !servesTls) return 'TLS is not served here; add the section ocpp.tls to the configuration.';
  if (profile < 3 && !hasPassword) return 'it has no password yet; give it one first (AuthorizationKey).';
  return null;
}

const conflict = (why: string): CommandResult => ({ kind: 'conflict', why });
