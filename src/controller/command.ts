import { passwordIn } from '../central-system/configuration/password.ts';
import { loweringObjection } from '../central-system/configuration/security-profile.ts';
import { operationRequested } from '../central-system/operations/tracking.ts';
import type { Command, CommandResult } from '../domain/commands.ts';
import type { Event } from '../domain/events.ts';
import { type CommandSite, ended, recorded, resultOfCall } from './command-steps.ts';
import { decideChargingProfiles } from './commands/charging-profiles.ts';
import { decideConfiguration } from './commands/configuration.ts';
import { decideDialect } from './commands/dialects.ts';
import { cancelFileJob, changeCampaign, createCampaign, createFileJob, dropFile } from './commands/files.ts';
import { resyncLocalList } from './commands/local-lists.ts';
import { cancelReservation, extendReservation, reserve } from './commands/reservations.ts';
import { decideSecurityProfile } from './commands/security-profile.ts';
import { decideSiteLimits } from './commands/site-limits.ts';
import { decideTokens } from './commands/tokens.ts';
import { decideWishes } from './commands/wishes.ts';
import type { Line } from './lines.ts';
import type { Decision } from './turn.ts';

/** The one door for commands. `done` is called once, when the command has come to its end. */
export function decideCommand(command: Command, site: CommandSite, done: (result: CommandResult) => void): Decision {
  switch (command.type) {
    case 'operate':
      return operate(command, site, done);
    case 'reserve':
      return reserve(command, site, done);
    case 'extend-reservation':
      return extendReservation(command, site, done);
    case 'cancel-reservation':
      return cancelReservation(command, site, done);
    case 'approve':
    case 'reject':
      return register(command, site, done);
    case 'raise-security-profile':
    case 'lower-security-profile':
      return decideSecurityProfile(command, site, done);
    case 'create-file-job':
      return createFileJob(command, site, done);
    case 'cancel-file-job':
      return cancelFileJob(command, site, done);
    case 'drop-file':
      return dropFile(command, site, done);
    case 'create-campaign':
      return createCampaign(command, site, done);
    case 'change-campaign':
      return changeCampaign(command, site, done);
    case 'wish-configuration':
    case 'drop-configuration-wish':
    case 'refresh-configuration':
      return decideConfiguration(command, site, done);
    case 'install-profile':
    case 'remove-profile':
    case 'composite-schedule':
    case 'put-profile-template':
    case 'remove-profile-template':
      return decideChargingProfiles(command, site, done);
    case 'set-dialect':
    case 'reset-dialect':
      return decideDialect(command, site, done);
    case 'resync-local-list':
      return resyncLocalList(command, site, done);
    case 'put-token':
    case 'sync-tokens':
    case 'lapse-overrides':
    case 'remove-token':
    case 'import-tokens':
    case 'release-file-tokens':
    case 'put-token-group':
    case 'remove-token-group':
    case 'enrol-card':
    case 'forget-card':
      return decideTokens(command, site, done);
    case 'set-site-limit':
    case 'end-site-limit':
    case 'suspend-site-limit':
    case 'lapse-site-limits':
    case 'note-limit-effect':
      return decideSiteLimits(command, site, done);
    case 'set-charging-wish':
    case 'drop-charging-wish':
    case 'boost':
    case 'set-policy':
      return decideWishes(command, site, done);
    case 'isolate': {
      const { chargePointId, connectorId, isolated } = command;
      const why = site.balancing()?.isolate(chargePointId, connectorId, isolated) ?? null;
      if (site.balancing() === null) return ended(done, { kind: 'conflict', why: 'No circuits are configured.' });
      return ended(done, why === null ? { kind: 'done' } : { kind: 'conflict', why });
    }
    case 'note-certificate':
      return recorded([command.event], site, done);
    case 'note-upstream':
      return recorded([command.event], site, done);
    case 'note-audit':
      return recorded([{ type: 'request-audited', entry: command.entry, at: site.clock.now() }], site, done);
    case 'clear-alert':
      return recorded([{ type: 'alert-cleared', id: command.id, at: site.clock.now() }], site, done);
  }
}

function operate(
  command: Extract<Command, { type: 'operate' }>,
  site: CommandSite,
  done: (result: CommandResult) => void,
): Decision {
  const { chargePointId, action, payload } = command;
  const line = site.lines.get(chargePointId);
  if (line === null) {
    const known = site.policy.configured.has(chargePointId);
    return ended(done, known ? { kind: 'not-connected' } : { kind: 'unknown', what: `charge point ${chargePointId}` });
  }
  if (line.session === null) return ended(done, { kind: 'not-connected' });
  const insists = command.override === true;
  const objection = (insists ? null : objectionTo(action, line)) ?? lowering(command, line, site);
  if (objection !== null) return ended(done, { kind: 'conflict', why: objection });
  const limits = limitsByHand(command, site);
  if (limits.refusal !== null) return ended(done, limits.refusal);
  const id = site.ids.uuid();
  const at = site.clock.now();
  const events: Event[] =
    line.registration === null ? [] : [operationRequested(chargePointId, id, action, payload, at)];
  const tracked = events.length > 0;
  const password = passwordIn(action, payload);
  if (password !== null) events.push(site.credentials.offered(chargePointId, password, id, site.ids.uuid(), at));
  const send = (onRecord: boolean): void => {
    limits.book();
    site.exchange.call(line, {
      messageId: id,
      action,
      payload,
      tracked: onRecord,
      class: 'operator',
      timeoutMs: site.callTimeoutMs,
      waitMs: site.callTimeoutMs,
      ended: (outcome) => {
        // A limit of ours may have left before it, and be gone with it.
        limits.book();
        done(resultOfCall(outcome, id));
      },
    });
  };
  return {
    events,
    effect: () => {
      site.follow(events);
      send(tracked);
    },
    // A full disk must not keep anybody from stopping a charge point; a password that is not on record would lock it out.
    failed: () => (password === null ? send(false) : done({ kind: 'store-failed' })),
  };
}

/** Limits that are set by hand are booked before they leave, or refused where they do not fit. */
function limitsByHand(
  { chargePointId, action, payload, override }: Extract<Command, { type: 'operate' }>,
  site: CommandSite,
): { refusal: CommandResult | null; book: () => void } {
  const judged = site.balancing()?.judgeByHand(chargePointId, action, payload) ?? { kind: 'free' };
  if (judged.kind === 'free') return { refusal: null, book: () => undefined };
  if (judged.kind === 'fits') return { refusal: null, book: judged.book };
  if (override === true) return { refusal: null, book: judged.override };
  return { refusal: { kind: 'limit-refused', why: judged.why }, book: () => undefined };
}

function lowering(
  { chargePointId, action, payload }: Extract<Command, { type: 'operate' }>,
  { session }: Line,
  { records, policy: { security } }: CommandSite,
): string | null {
  const inUse = session?.securityProfile ?? 0;
  return loweringObjection(action, payload, { chargePointId, records, security, inUse });
}

/**
 * Why OCPP forbids to send this now; null where it does not. Whatever else looks odd is the caller's affair. A charge point
 * that starts a transaction before it is accepted can't report it, and its energy is lost.
 */
function objectionTo(action: string, { registration }: Line): string | null {
  const forbidden = action === 'RemoteStartTransaction' || action === 'RemoteStopTransaction';
  if (!forbidden || registration === 'accepted') return null;
  // OCPP 1.6 §4.2.
  return `A charge point that is not accepted must not be sent ${action}. Approve it first, or send it with override=true.`;
}

function register(
  command: Extract<Command, { type: 'approve' | 'reject' }>,
  site: CommandSite,
  done: (result: CommandResult) => void,
): Decision {
  const { chargePointId } = command;
  const known = site.records.registration(chargePointId);
  const registration = command.type === 'approve' ? 'accepted' : 'rejected';
  if (known === null) return ended(done, { kind: 'unknown', what: `charge point ${chargePointId}` });
  if (known === registration) return ended(done, { kind: 'done' });
  const at = site.clock.now();
  return recorded([{ type: 'registration-changed', chargePointId, registration, at }], site, (result) => {
    // It would ask again by itself; asking it to boot now spares the installer the wait.
    const line: Line | null = site.lines.get(chargePointId);
    if (result.kind === 'done' && registration === 'accepted' && line?.session)
      site.exchange.invite(line, line.session);
    done(result);
  });
}
