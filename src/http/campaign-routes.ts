import type { Static } from 'typebox';
import type { CampaignPlan } from '../domain/firmware-campaign.ts';
import type { App } from './app.ts';
import { carryOut } from './carry-out.ts';
import { Campaign, NewCampaign } from './file-schemas.ts';
import { Problem, problems } from './problem.ts';
import { ById, DEFAULT_LIMIT, listOf, PageQuery } from './schemas.ts';
import { checkSigned } from './signed-firmware.ts';
import type { Site } from './site.ts';

const tags = ['firmware'];
const path = '/api/v1/firmware/campaigns';

/** One firmware for many charge points, few at a time. */
export function campaignRoutes(app: App, site: Site): void {
  const { controller, views, shelf } = site;
  app.get(
    path,
    {
      schema: {
        tags,
        summary: 'Campaigns, the latest first',
        querystring: PageQuery,
        response: { 200: listOf(Campaign), ...problems(400) },
      },
    },
    async ({ query: { limit = DEFAULT_LIMIT, cursor = null } }) => {
      const page = views.campaigns({ limit, cursor });
      if (page === null) throw new Problem('invalid-request', 'The cursor is none: take `next` of a page as it is.');
      return page;
    },
  );

  app.get(
    `${path}/:id`,
    { schema: { tags, summary: 'One campaign', params: ById, response: { 200: Campaign, ...problems(404) } } },
    async ({ params: { id } }) => shown(id),
  );

  app.post(
    path,
    {
      schema: {
        tags,
        summary:
          'Begins a campaign: one charge point after the other, while nobody charges, in the hours that are given',
        body: NewCampaign,
        response: { 201: Campaign, ...problems(400, 409, 413, 415, 503) },
      },
    },
    async ({ body }, reply) => {
      const firmware = shelf.list().find(({ id }) => id === body.firmwareId);
      if (firmware === undefined) throw new Problem('invalid-request', `There is no firmware ${body.firmwareId}.`);
      if ((body.signature === undefined) !== (body.signingCertificate === undefined)) {
        throw new Problem('invalid-request', 'signature and signingCertificate belong together.');
      }
      if (body.unchecked !== true) await checkSigned(site, body);
      const plan: CampaignPlan = {
        firmwareId: firmware.id,
        name: firmware.name,
        version: body.version ?? null,
        onlyWhenIdle: body.onlyWhenIdle ?? true,
        window: windowOf(body.window),
        atATime: body.atATime ?? 1,
        stopAfterFailures: body.stopAfterFailures ?? 1,
        signature: body.signature ?? null,
        signingCertificate: body.signingCertificate ?? null,
        retries: body.retries ?? null,
        retryIntervalS: body.retryIntervalS ?? null,
      };
      const result = await carryOut(controller, { type: 'create-campaign', plan, chargePointIds: meant(body) });
      const id = result.kind === 'created' ? result.id : '';
      reply.code(201).header('location', `${path}/${id}`);
      return shown(id);
    },
  );

  for (const [word, to, summary] of [
    ['pause', 'paused', 'Begins nothing new; what has begun goes on'],
    ['resume', 'running', 'Goes on with a campaign that is paused'],
    ['cancel', 'cancelled', 'Ends a campaign; what has begun goes on'],
  ] as const) {
    app.post(
      `${path}/:id/${word}`,
      { schema: { tags, summary, params: ById, response: { 200: Campaign, ...problems(404, 409, 503) } } },
      async ({ params: { id } }) => {
        await carryOut(controller, { type: 'change-campaign', id, to });
        return shown(id);
      },
    );
  }

  function shown(id: string) {
    const campaign = views.campaign(id);
    if (campaign === null) throw new Problem('not-found', `There is no campaign ${id}.`);
    return campaign;
  }

  /** The charge points that are named, or those that fit the filter and are accepted. */
  function meant({ chargePointIds, filter }: Static<typeof NewCampaign>): readonly string[] {
    if ((chargePointIds === undefined) === (filter === undefined)) {
      throw new Problem('invalid-request', 'Give chargePointIds or filter, one of them.');
    }
    if (chargePointIds !== undefined) return chargePointIds;
    const { vendor, model, firmwareVersion } = filter ?? {};
    return views
      .chargePoints()
      .filter((each) => each.registration === 'accepted')
      .filter((each) => vendor === undefined || each.vendor === vendor)
      .filter((each) => model === undefined || each.model === model)
      .filter((each) => firmwareVersion === undefined || each.firmwareVersion === firmwareVersion)
      .map(({ id }) => id);
  }
}

const DAY_MINUTES = 1_440;

/** From one hour to another, also past midnight, as the pattern of its beginning. */
function windowOf(window: Static<typeof NewCampaign>['window']): CampaignPlan['window'] {
  if (window === undefined) return null;
  if ('cron' in window) return window;
  const [from, to] = [minutesOf(window.from), minutesOf(window.to)];
  const minutes = (to - from + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
  return { cron: `${from % 60} ${Math.floor(from / 60)} * * *`, durationS: minutes * 60 };
}

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
