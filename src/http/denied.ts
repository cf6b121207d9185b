import type { FastifyReply } from 'fastify';
import { TooBusy } from '../people/passwords.ts';
import { Denied } from '../people/people.ts';
import { Problem } from './problem.ts';

const kinds = {
  wrong: 'not-logged-in',
  wait: 'too-many',
  closed: 'conflict',
  unknown: 'not-found',
  conflict: 'conflict',
  weak: 'invalid-request',
} as const satisfies Record<Denied['why'], string>;

/** Runs it, and has what was denied answered as the problem that it is. */
export async function deniedAs<T>(reply: FastifyReply, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof TooBusy) throw new Problem('too-busy', 'Too many logins at once. Try again in a moment.');
    if (!(error instanceof Denied)) throw error;
    if (error.why === 'wait') reply.header('retry-after', String(error.waitS));
    throw new Problem(kinds[error.why], error.message);
  }
}
