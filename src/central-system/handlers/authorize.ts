import { idTagInfo, authorize as judge } from '../authorization.ts';
import type { Handler } from '../handler.ts';

/** OCPP 1.6 §4.1. */
export const authorize: Handler<'Authorize'> = (request, context) => ({
  response: { idTagInfo: idTagInfo(judge(request.idTag, context)) },
  events: [],
});
