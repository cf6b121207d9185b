import type { Handler } from '../handler.ts';

/** OCPP 1.6 §4.3. No vendor's extension is known here, and saying so is the right answer. */
export const dataTransfer: Handler<'DataTransfer'> = () => ({ response: { status: 'UnknownVendorId' }, events: [] });
