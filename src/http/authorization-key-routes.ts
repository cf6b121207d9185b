import { randomInt } from 'node:crypto';
import { Type } from 'typebox';
import type { App } from './app.ts';
import { carryOut } from './carry-out.ts';
import { problems } from './problem.ts';
import { ById } from './schemas.ts';
import type { Site } from './site.ts';

/** 20 of 62 letters and digits: 119 bits, and text in both readings of the key (OCPP-J §6.2.2: its bytes, or its digits). */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const KEY_LENGTH = 20;

function newKey(): string {
  const letters = Array.from({ length: KEY_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]);
  return Buffer.from(letters.join('')).toString('hex').toUpperCase();
}

/** New passwords for charge points, which nobody gets to see (security whitepaper A01). */
export function authorizationKeyRoutes(app: App, { controller }: Site): void {
  app.post(
    '/api/v1/charge-points/:id/authorization-key/rotate',
    {
      schema: {
        tags: ['charge points'],
        summary: 'Gives a charge point a new random password',
        description:
          'It is sent as AuthorizationKey and shown nowhere. Once the charge point agrees only the new one counts; where it ' +
          'gives no clear answer, both do until one of them is used.',
        params: ById,
        body: Type.Object({}, { additionalProperties: false }),
        response: { 200: Type.Object({ status: Type.String() }), ...problems(400, 404, 409, 422, 503, 504) },
      },
    },
    async ({ params: { id } }) => {
      const payload = { key: 'AuthorizationKey', value: newKey() };
      const result = await carryOut(controller, {
        type: 'operate',
        chargePointId: id,
        action: 'ChangeConfiguration',
        payload,
      });
      return { status: result.kind === 'answered' ? String((result.payload as { status?: unknown }).status) : '' };
    },
  );
}
