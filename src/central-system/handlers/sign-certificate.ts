import type { Handler } from '../handler.ts';

/** Security whitepaper A02. Without a certificate authority there is nobody to sign: the honest answer is Rejected. */
export const signCertificate: Handler<'SignCertificate'> = () => ({ response: { status: 'Rejected' }, events: [] });
