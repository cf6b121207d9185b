import { Type } from 'typebox';
import type { SecurityProfile } from '../domain/security-profile.ts';
import type { App } from './app.ts';
import { carryOut } from './carry-out.ts';
import { Problem, problems } from './problem.ts';
import { ById, ChargePoint } from './schemas.ts';
import type { Site } from './site.ts';

const tags = ['charge points'];

/** How a charge point secures its connection (security whitepaper A05). */
export function securityProfileRoutes(app: App, { controller, views }: Site): void {
  app.post(
    '/api/v1/charge-points/:id/security-profile/raise',
    {
      schema: {
        tags,
        summary: 'Tells a charge point to use a higher security profile',
        description:
          'It is sent ChangeConfiguration and, once it agrees, a hard Reset. Until it has connected with the new profile the ' +
          'one in use still counts; from then on never again. What the charge point answered is told; agreedSecurityProfile ' +
          'of the charge point stays until it has connected so.',
        params: ById,
        body: Type.Object(
          {
            profile: Type.Integer({ minimum: 1, maximum: 3, description: '1 password, 2 TLS, 3 TLS and certificate.' }),
            restart: Type.Optional(
              Type.Boolean({ description: 'Restart it when it agrees; true where it is left out.' }),
            ),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({ status: Type.String(), restarted: Type.Boolean() }),
          ...problems(400, 404, 409, 422, 503, 504),
        },
      },
    },
    async ({ params: { id }, body: { profile, restart = true } }) => {
      const answered = await carryOut(controller, {
        type: 'raise-security-profile',
        chargePointId: id,
        profile: profile as SecurityProfile,
      });
      const payload = answered.kind === 'answered' ? (answered.payload as { status?: unknown }) : {};
      const status = String(payload.status);
      const restarts = restart && (status === 'Accepted' || status === 'RebootRequired');
      if (!restarts) return { status, restarted: false };
      const reset = { type: 'operate', chargePointId: id, action: 'Reset', payload: { type: 'Hard' } } as const;
      const result = await controller.execute(reset);
      const told = result.kind === 'answered' ? (result.payload as { status?: unknown }).status : null;
      // One that changes at once has gone before it could answer.
      return { status, restarted: told === 'Accepted' || result.kind === 'no-answer' };
    },
  );

  app.post(
    '/api/v1/charge-points/:id/security-profile/lower',
    {
      schema: {
        tags,
        summary: 'Lets a charge point connect with a lower security profile again',
        description:
          'For one that was replaced or reset to its factory settings: it is never told to do so over OCPP, and what the ' +
          'configuration asks of it still holds.',
        params: ById,
        body: Type.Object({ profile: Type.Integer({ minimum: 0, maximum: 2 }) }, { additionalProperties: false }),
        response: { 200: ChargePoint, ...problems(400, 404, 409, 503) },
      },
    },
    async ({ params: { id }, body: { profile } }) => {
      await carryOut(controller, {
        type: 'lower-security-profile',
        chargePointId: id,
        profile: profile as SecurityProfile,
      });
      const view = views.chargePoint(id);
      if (view === null) throw new Problem('not-found', `There is no charge point ${id}.`);
      return view;
    },
  );
}
