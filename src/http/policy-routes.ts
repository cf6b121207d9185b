import { Type } from 'typebox';
import { defaultPolicy, MAX_TIER_NAME, MAX_TIERS, type SharingPolicy, sharingKinds } from '../domain/sharing-policy.ts';
import { wattHours } from '../domain/units.ts';
import type { App } from './app.ts';
import { carryOut } from './carry-out.ts';
import { problems } from './problem.ts';
import type { Site } from './site.ts';

const tags = ['policy'];

const fields = {
  kind: Type.Enum([...sharingKinds], {
    description:
      'equal: equal shares, and turns where minimums do not fit. first-come: who came first gets all that it can use. ' +
      'deadline: who leaves first comes first. surplus: only what the own generation leaves.',
  }),
  tiers: Type.Array(Type.String({ minLength: 1, maxLength: MAX_TIER_NAME }), {
    minItems: 1,
    maxItems: MAX_TIERS,
    description: 'The first is served first; whoever has none belongs to the last.',
  }),
  minOnMin: Type.Number({ minimum: 0, maximum: 1_440, description: 'Once a car charges it goes on for so long.' }),
  minOffMin: Type.Number({ minimum: 0, maximum: 1_440, description: 'Once paused it rests for so long.' }),
  rotationMin: Type.Number({ minimum: 15, maximum: 1_440, description: 'Turns where minimums do not fit.' }),
  usualStayH: Type.Number({ exclusiveMinimum: 0, maximum: 168, description: 'Of who has not said when it leaves.' }),
  guaranteeKwh: Type.Number({
    minimum: 0,
    maximum: 1_000,
    description: 'So much every car of a tier has before others of it get turns for more; 0: no such guarantee.',
  }),
};
const Policy = Type.Object(fields);
const PolicyChange = Type.Partial(Type.Object(fields), { additionalProperties: false });

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** How current is shared; in force at once, without a restart. */
export function policyRoutes(app: App, { controller, views }: Site): void {
  app.get(
    '/api/v1/policy',
    { schema: { tags, summary: 'How current is shared between cars', response: { 200: Policy } } },
    async () => shown(),
  );

  app.put(
    '/api/v1/policy',
    {
      schema: {
        tags,
        summary: 'Changes how current is shared; what is left out stays as it is',
        body: PolicyChange,
        response: { 200: Policy, ...problems(400, 413, 415, 503) },
      },
    },
    async ({ body }) => {
      const { kind, tiers, minOnMin, minOffMin, rotationMin, usualStayH, guaranteeKwh } = { ...shown(), ...body };
      const policy: SharingPolicy = {
        kind,
        tiers,
        minOnMs: Math.round(minOnMin * MINUTE_MS),
        minOffMs: Math.round(minOffMin * MINUTE_MS),
        rotationMs: Math.round(rotationMin * MINUTE_MS),
        usualStayMs: Math.round(usualStayH * HOUR_MS),
        guaranteeWh: wattHours(guaranteeKwh * 1_000),
      };
      await carryOut(controller, { type: 'set-policy', policy });
      return shown();
    },
  );

  function shown() {
    const policy = views.sharingPolicy() ?? controller.configuredSharing ?? defaultPolicy;
    return {
      kind: policy.kind,
      tiers: [...policy.tiers],
      minOnMin: policy.minOnMs / MINUTE_MS,
      minOffMin: policy.minOffMs / MINUTE_MS,
      rotationMin: policy.rotationMs / MINUTE_MS,
      usualStayH: policy.usualStayMs / HOUR_MS,
      guaranteeKwh: policy.guaranteeWh / 1_000,
    };
  }
}
