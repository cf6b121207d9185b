import { randomBytes } from 'node:crypto';
import { commissioningWishes } from './central-system/configuration/commissioning.ts';
import type { Policy, SecurityPolicy } from './central-system/handler.ts';
import type { Config } from './config/load.ts';
import type { Sharing } from './controller/balancing/for-site.ts';
import type { ConfigurationWish, WishedConfiguration } from './domain/configuration.ts';
import { defaultPolicy } from './domain/sharing-policy.ts';
import { milliVolts } from './domain/units.ts';

/** What the controller is to do, by the configuration: the one place where keys of the file become its settings. */

const DAY_MS = 86_400_000;

export function policyOf(config: Config): Policy {
  return {
    unknownChargePoints: config.ocpp.unknownChargePoints,
    security: securityOf(config),
    unknownCards: config.authorization.unknownCards,
    matchCardForms: config.authorization.matchCardForms,
    stopWhenBlocked: config.authorization.stopWhenBlocked,
    clearCaches: config.authorization.clearCaches,
    timeZone: config.site.timeZone,
    concurrentTransactions: config.authorization.concurrentTransactions,
    chargingProfiles: config.ocpp.chargingProfiles,
    localLists: config.authorization.localLists,
    reservations: config.reservations,
    heartbeatIntervalS: config.ocpp.heartbeatIntervalS,
    dataTransfers: new Map(
      config.ocpp.dataTransfers.map(({ vendorId, messageIds }) => [
        vendorId,
        messageIds.length === 0 ? null : new Set(messageIds),
      ]),
    ),
    nominalVoltageMV: milliVolts(config.site.nominalVoltageV * 1_000),
    configured: new Set(config.chargePoints.map(({ id }) => id)),
    files: {
      tokenKey: randomBytes(32).toString('hex'),
      baseUrl: config.files.baseUrl ?? null,
      limits: {
        waitMs: config.files.waitDays * DAY_MS,
        beginMs: config.files.beginWithinS * 1_000,
        transferMs: config.files.transferWithinS * 1_000,
        installMs: config.files.installWithinS * 1_000,
      },
    },
    chargePointConfiguration: config.ocpp.readConfiguration ? 'keep' : 'leave',
    // As long as nothing is balanced, charge points keep the metering that they have.
    wishedConfiguration: {
      ...wishesOf(config),
      commissioning: config.siteModel === null ? [] : commissioningWishes({}),
    },
    rebootForConfiguration: config.ocpp.rebootForConfiguration,
    siteModel: config.siteModel,
  };
}

function securityOf({ ocpp, chargePoints, certificates }: Config): SecurityPolicy {
  const named = chargePoints.flatMap(({ id, serialNumber }): [string, string][] =>
    serialNumber === null ? [] : [[id, serialNumber]],
  );
  return {
    least: ocpp.securityProfile,
    leastOf: new Map(chargePoints.map(({ id, securityProfile }) => [id, securityProfile])),
    organization: certificates.organization ?? null,
    certificateNames: new Map(named),
    servesTls: ocpp.tls !== undefined,
    signs: ocpp.tls !== undefined && certificates.approval !== 'never',
  };
}

/** How the file says that current is shared; what somebody sets while running goes before it. */
export function sharingOf({ policy }: Config): Sharing {
  const tiers = policy.tiers.length === 0 ? defaultPolicy.tiers : policy.tiers;
  return {
    leaseS: policy.lease,
    ...(policy.surplus === undefined
      ? {}
      : { surplus: { circuit: policy.surplus.circuit, keepMA: policy.surplus.keepA * 1_000 } }),
    rules: {
      policy: {
        ...defaultPolicy,
        kind: policy.default,
        tiers,
        minOnMs: policy.minOnS * 1_000,
        minOffMs: policy.minOffS * 1_000,
        rotationMs: policy.rotationS * 1_000,
        ...(policy.siteDefaultStayS === undefined ? {} : { usualStayMs: policy.siteDefaultStayS * 1_000 }),
      },
      tierOf: policy.tierOf,
    },
  };
}

function wishesOf({ ocpp, groups, chargePoints }: Config): WishedConfiguration {
  const wishes = (values: Config['ocpp']['configuration'], from: ConfigurationWish['from']): ConfigurationWish[] =>
    Object.entries(values).map(([key, value]) => ({ key, value: String(value), from }));
  const ofGroup = new Map(groups.map(({ id, configuration }) => [id, wishes(configuration, 'group')]));
  return {
    all: wishes(ocpp.configuration, 'all'),
    of: new Map(
      chargePoints.map(({ id, group, configuration }) => [
        id,
        [...wishes(configuration, 'charge-point'), ...(group === null ? [] : (ofGroup.get(group) ?? []))],
      ]),
    ),
  };
}

export function passwordsOf(config: Config): ReadonlyMap<string, Buffer> {
  const passwords = new Map<string, Buffer>();
  for (const { id, password } of config.chargePoints) if (password !== null) passwords.set(id, password.reveal());
  return passwords;
}
