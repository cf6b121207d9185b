import type { Static } from 'typebox';
import type { ProfileTerms } from '../domain/profile-record.ts';
import { profileFromWire, profileToWire } from '../ocpp/charging-profile-wire.ts';
import { utc } from '../store/view-values.ts';
import type { App } from './app.ts';
import { carryOut } from './carry-out.ts';
import {
  ByProfile,
  Cleared,
  CompositeSchedule,
  DEFAULT_DURATION_S,
  Installation,
  InstalledProfile,
  NewTemplate,
  ScheduleQuery,
  Template,
  TemplateChange,
  type Terms,
} from './charging-profile-schemas.ts';
import { Problem, problems } from './problem.ts';
import { ById, DEFAULT_LIMIT, Done, listOf, Override, PageQuery } from './schemas.ts';
import type { Site } from './site.ts';

const tags = ['charging-profiles'];

type ProfileView = ReturnType<Site['views']['chargingProfiles']>[number];
type TemplateView = NonNullable<ReturnType<Site['views']['profileTemplate']>>;

/** Charging profiles: a library of them by name, what each charge point holds, and what they come to. */
export function chargingProfileRoutes(app: App, site: Site): void {
  libraryRoutes(app, site);
  installationRoutes(app, site);
  scheduleRoute(app, site);
}

function libraryRoutes(app: App, { controller, views }: Site): void {
  app.get(
    '/api/v1/charging-profiles',
    {
      schema: {
        tags,
        summary: 'The library: charging profiles by name',
        querystring: PageQuery,
        response: { 200: listOf(Template), ...problems(400) },
      },
    },
    async ({ query: { limit = DEFAULT_LIMIT, cursor = null } }) => {
      const { items, next } = views.profileTemplates({ limit, cursor });
      return { items: items.map(template), next };
    },
  );

  app.post(
    '/api/v1/charging-profiles',
    {
      schema: {
        tags,
        summary: 'Adds a charging profile to the library',
        description: 'It has no chargingProfileId and no transactionId: these are given when it is installed.',
        body: NewTemplate,
        response: { 201: Template, ...problems(400, 409, 413, 415, 503) },
      },
    },
    async ({ body: { name, profile } }, reply) => {
      const command = { type: 'put-profile-template', id: null, name, terms: termsOf(profile) } as const;
      const result = await carryOut(controller, command);
      const id = result.kind === 'created' ? result.id : '';
      reply.code(201).header('location', `/api/v1/charging-profiles/${encodeURIComponent(id)}`);
      return shown(id);
    },
  );

  app.get(
    '/api/v1/charging-profiles/:id',
    {
      schema: {
        tags,
        summary: 'One charging profile of the library',
        params: ById,
        response: { 200: Template, ...problems(404) },
      },
    },
    async ({ params: { id } }) => shown(id),
  );

  app.patch(
    '/api/v1/charging-profiles/:id',
    {
      schema: {
        tags,
        summary: 'Gives it another name, or another profile',
        description: 'What is installed already stays as it is.',
        params: ById,
        body: TemplateChange,
        response: { 200: Template, ...problems(400, 404, 409, 413, 415, 503) },
      },
    },
    async ({ params: { id }, body: { name, profile } }) => {
      const known = views.profileTemplate(id);
      if (known === null) throw missing(id);
      const terms = profile === undefined ? known.terms : termsOf(profile);
      await carryOut(controller, { type: 'put-profile-template', id, name: name ?? known.name, terms });
      return shown(id);
    },
  );

  app.delete(
    '/api/v1/charging-profiles/:id',
    {
      schema: {
        tags,
        summary: 'Removes it from the library',
        description: 'What is installed already stays as it is.',
        params: ById,
        response: { 204: Done, ...problems(404, 503) },
      },
    },
    async ({ params: { id } }, reply) => {
      await carryOut(controller, { type: 'remove-profile-template', id });
      return reply.code(204).send();
    },
  );

  function shown(id: string) {
    const found = views.profileTemplate(id);
    if (found === null) throw missing(id);
    return template(found);
  }
}

function installationRoutes(app: App, { controller, views }: Site): void {
  const path = '/api/v1/charge-points/:id/charging-profiles';

  app.get(
    path,
    {
      schema: {
        tags,
        summary: 'What a charge point holds, is to hold, and refused, whoever sent it',
        params: ById,
        response: { 200: listOf(InstalledProfile), ...problems(404) },
      },
    },
    async ({ params: { id } }) => {
      if (views.chargePoint(id) === null) throw new Problem('not-found', `There is no charge point ${id}.`);
      return { items: views.chargingProfiles(id).map(installed), next: null };
    },
  );

  app.post(
    path,
    {
      schema: {
        tags,
        summary: 'Installs a charging profile',
        description:
          'Of its own or of the library. The chargingProfileId is given here; what stands in the same place is replaced by ' +
          'its id. Limits are brought into the unit and the steps that charge points take, downwards. Everything done or ' +
          'found odd stands in the warnings; what OCPP leaves without any effect is a conflict and not sent, unless override is ' +
          'true. While the charge point is offline a profile that is to be kept waits (wanted).',
        params: ById,
        querystring: Override,
        body: Installation,
        response: { 201: InstalledProfile, ...problems(400, 404, 409, 413, 415, 422, 503, 504) },
      },
    },
    async ({ params: { id }, query, body }, reply) => {
      const override = query.override === 'true';
      const { connectorId, templateId, profile, transactionId = null, keep = null } = body;
      if ((templateId === undefined) === (profile === undefined)) {
        throw new Problem('invalid-request', 'Send either a profile or the templateId of one of the library.');
      }
      const common = {
        type: 'install-profile',
        chargePointId: id,
        connectorId,
        transactionId,
        keep,
        override,
      } as const;
      const result = await carryOut(
        controller,
        profile === undefined
          ? { ...common, template: templateId ?? '' }
          : { ...common, template: null, terms: termsOf(profile) },
      );
      const given = result.kind === 'created' ? Number(result.id) : null;
      const found = views.chargingProfiles(id).findLast((one) => one.profile.id === given);
      if (found === undefined)
        throw new Problem('conflict', 'It was replaced or cleared while it was being installed.');
      reply.code(201).header('location', `/api/v1/charge-points/${encodeURIComponent(id)}/charging-profiles/${given}`);
      return installed(found);
    },
  );

  app.delete(
    `${path}/:chargingProfileId`,
    {
      schema: {
        tags,
        summary: 'Clears a charging profile by its id',
        params: ByProfile,
        response: { 200: Cleared, ...problems(404, 409, 422, 503, 504) },
      },
    },
    async ({ params: { id, chargingProfileId } }) => {
      const command = { type: 'remove-profile', chargePointId: id, profileId: chargingProfileId } as const;
      const result = await carryOut(controller, command);
      if (result.kind !== 'answered') return { status: 'NotSent' as const, note: 'It was not with the charge point.' };
      const isGone =
        typeof result.payload === 'object' &&
        result.payload !== null &&
        'status' in result.payload &&
        result.payload.status === 'Accepted';
      if (isGone) return { status: 'Accepted' as const, note: 'The charge point has cleared it.' };
      const note =
        'The charge point says that it has no such profile. Some say so of a profile that they hold: its composite ' +
        'schedule shows whether the limit is gone. Installing another in its place replaces it.';
      return { status: 'Unknown' as const, note };
    },
  );
}

function scheduleRoute(app: App, { controller }: Site): void {
  app.get(
    '/api/v1/charge-points/:id/composite-schedule',
    {
      schema: {
        tags,
        summary: 'What the charging profiles of a connector come to, and what the charge point reports',
        description: 'Computed from what it has accepted. The report is the last one; with ask=true it is asked now.',
        params: ById,
        querystring: ScheduleQuery,
        response: { 200: CompositeSchedule, ...problems(400, 404, 409, 503, 504) },
      },
    },
    async ({ params: { id }, query }) => {
      const { connectorId, durationS = DEFAULT_DURATION_S, unit = null, ask = 'false' } = query;
      const result = await carryOut(controller, {
        type: 'composite-schedule',
        chargePointId: id,
        connectorId,
        durationS,
        unit,
        ask: ask === 'true',
      });
      if (result.kind !== 'composite-schedule') throw new Error('another answer than that of the command');
      const { computed, comparison } = result;
      return {
        connectorId,
        startAt: utc(computed.startAt),
        durationS: computed.durationS,
        unit: computed.unit,
        computed: [...computed.periods],
        cut: computed.cut,
        reportedAt: utc(comparison?.at ?? null),
        outcome: comparison?.outcome ?? null,
        why: comparison?.why ?? null,
        reportedUnit: comparison?.reported?.unit ?? null,
        reported: comparison?.reported?.accepted === true ? [...comparison.reported.periods] : null,
        differences: [...(comparison?.differences ?? [])],
      };
    },
  );
}

const missing = (id: string): Problem => new Problem('not-found', `There is no charging profile ${id} in the library.`);

/** More amps than any connector carries: whoever writes this means watts (field report D1.12: limits of 350 MW). */
const MAX_AMPS = 1_000;
const MAX_WATTS = 1_000_000;

function termsOf(wire: Terms): ProfileTerms {
  const { chargingRateUnit, chargingSchedulePeriod } = wire.chargingSchedule;
  const most = chargingRateUnit === 'A' ? MAX_AMPS : MAX_WATTS;
  const over = chargingSchedulePeriod.find(({ limit }) => limit > most);
  if (over !== undefined) {
    const doubt = chargingRateUnit === 'A' ? ' Watts have the unit W.' : '';
    throw new Problem('invalid-request', `No connector carries ${over.limit} ${chargingRateUnit}.${doubt}`);
  }
  const { id, transactionId, ...terms } = profileFromWire({ ...wire, chargingProfileId: 0 });
  return terms;
}

function wireOf(terms: ProfileTerms): Terms {
  const { chargingProfileId, transactionId, ...wire } = profileToWire({ ...terms, id: 0, transactionId: null });
  return wire;
}

function template({ terms, ...rest }: TemplateView): Static<typeof Template> {
  return { ...rest, profile: wireOf(terms) };
}

function installed({ profile, warnings, ...rest }: ProfileView): Static<typeof InstalledProfile> {
  const { id, transactionId, ...terms } = profile;
  return { chargingProfileId: id, transactionId, profile: wireOf(terms), warnings: [...warnings], ...rest };
}
