import type { Instant } from '../domain/units.ts';
import { parseTimestamp } from '../ocpp/timestamp.ts';
import type { App } from './app.ts';
import { Problem, problems } from './problem.ts';
import { ByNumber, DEFAULT_LIMIT, listOf, Transaction, TransactionDetail, TransactionQuery } from './schemas.ts';
import type { Site } from './site.ts';

const tags = ['transactions'];

/** The ledger, to read: nobody edits it. */
export function transactionRoutes(app: App, { views }: Site): void {
  app.get(
    '/api/v1/transactions',
    {
      schema: {
        tags,
        summary: 'Transactions, the newest first',
        querystring: TransactionQuery,
        response: { 200: listOf(Transaction), ...problems(400) },
      },
    },
    async ({ query: { limit = DEFAULT_LIMIT, cursor = null, chargePointId, idTag, state, from, to } }) => {
      const filter = {
        chargePointId: chargePointId ?? null,
        idTag: idTag ?? null,
        state: state ?? null,
        from: instantOf(from),
        to: instantOf(to),
      };
      const page = views.transactions(filter, { limit, cursor });
      if (page === null) throw new Problem('invalid-request', 'The cursor is none: take `next` of a page as it is.');
      return page;
    },
  );

  app.get(
    '/api/v1/transactions/:id',
    {
      schema: {
        tags,
        summary: 'One transaction with its evidence and readings',
        params: ByNumber,
        response: { 200: TransactionDetail, ...problems(400, 404) },
      },
    },
    async ({ params: { id } }) => {
      const transaction = views.transaction(id);
      if (transaction === null) throw new Problem('not-found', `There is no transaction ${id}.`);
      return transaction;
    },
  );
}

function instantOf(text: string | undefined): Instant | null {
  return text === undefined ? null : parseTimestamp(text);
}
