import { type Static, Type } from 'typebox';
import type { Office } from '../certificates/office.ts';
import type { CertificateHash, IssuedCertificate, RootUse } from '../domain/certificate.ts';
import { instant } from '../domain/units.ts';
import { utc } from '../store/view-values.ts';
import type { App } from './app.ts';
import { carryOut } from './carry-out.ts';
import { Problem, problems } from './problem.ts';
import { ById, listOf, maybeTime, time } from './schemas.ts';
import type { Site } from './site.ts';

/** Who signs at this site. */
export type CertificateDesk = Pick<Office, 'signing' | 'authority' | 'endings'>;

const tags = ['certificates'];
const text = Type.String();
const maybeText = Type.Union([Type.String(), Type.Null()]);
const Use = Type.Enum(['CentralSystemRootCertificate', 'ManufacturerRootCertificate']);
const Hash = Type.Object({
  hashAlgorithm: Type.Enum(['SHA256', 'SHA384', 'SHA512']),
  issuerNameHash: text,
  issuerKeyHash: text,
  serialNumber: text,
});
const Issued = Type.Object({
  fingerprint: Type.String({ description: 'SHA-256.' }),
  chargePointId: text,
  serial: text,
  subject: text,
  notBefore: time,
  notAfter: time,
  state: Type.Enum(['issued', 'installed', 'used', 'superseded', 'refused', 'revoked']),
  at: time,
});
const Request = Type.Object({
  chargePointId: text,
  csr: Type.String({ description: 'PEM (PKCS #10).' }),
  state: Type.Enum(['waiting', 'approved', 'refused', 'signed']),
  why: maybeText,
  at: time,
});
const EndingSchema = Type.Object({
  what: text,
  chargePointId: maybeText,
  subject: text,
  notAfter: time,
  renewed: Type.Boolean(),
});
const Held = Type.Object({
  held: Type.Array(Type.Object({ use: Use, certificates: Type.Array(Hash), at: maybeTime })),
  own: Type.Array(Issued),
});

const issuedView = ({ chain: _, notBefore, notAfter, at, ...rest }: IssuedCertificate): Static<typeof Issued> => ({
  ...rest,
  notBefore: utc(notBefore),
  notAfter: utc(notAfter),
  at: utc(at),
});

/** Certificates of the gateway and of its charge points (security whitepaper, parts A and M). */
export function certificateRoutes(app: App, { controller }: Site, desk: () => CertificateDesk | null): void {
  const { reader } = controller;
  const closed = { additionalProperties: false };
  const ofCsr = Type.Object({ id: Type.String({ description: 'The charge point.' }) });
  const signer = (): CertificateDesk => {
    const found = desk();
    if (found === null)
      throw new Problem('conflict', 'Nothing uses TLS here: add ocpp.tls or http.tls to the configuration.');
    return found;
  };

  app.get(
    '/api/v1/certificates',
    {
      schema: {
        tags,
        summary: 'Certificates of charge points that were signed here, and when which certificate ends',
        response: {
          200: Type.Object({
            signs: Type.Boolean({ description: 'There is an authority here that signs.' }),
            issued: Type.Array(Issued),
            endings: Type.Array(EndingSchema, { description: 'The first that ends comes first.' }),
          }),
        },
      },
    },
    async () => ({
      signs: desk()?.authority() != null,
      issued: reader.issuedCertificates().map(issuedView),
      endings: (desk()?.endings() ?? []).map(({ what, chargePointId, subject, until, renewed }) => ({
        what,
        chargePointId,
        subject,
        notAfter: utc(instant(until)),
        renewed,
      })),
    }),
  );

  app.get(
    '/api/v1/certificates/roots.pem',
    {
      schema: {
        tags,
        summary: 'The root that charge points and browsers have to trust',
        response: {
          200: {
            description: 'PEM',
            content: { 'application/x-pem-file': { schema: Type.Unsafe<string>(Type.String()) } },
          },
          ...problems(409),
        },
      },
    },
    async (_request, reply) => {
      const authority = signer().authority();
      if (authority === null) throw new Problem('conflict', 'There is no authority here; an alert says why.');
      reply.type('application/x-pem-file').serializer(String);
      return authority.roots;
    },
  );

  app.get(
    '/api/v1/certificates/requests',
    { schema: { tags, summary: 'What charge points have asked to be signed', response: { 200: listOf(Request) } } },
    async () => ({ items: reader.signingRequests().map((one) => ({ ...one, at: utc(one.at) })), next: null }),
  );

  for (const [verb, state, summary] of [
    ['approve', 'approved', 'Has the request of a charge point signed, and sends it the certificate'],
    ['refuse', 'refused', 'Refuses the request of a charge point'],
  ] as const) {
    app.post(
      `/api/v1/certificates/requests/:id/${verb}`,
      {
        schema: {
          tags,
          summary,
          params: ofCsr,
          body: Type.Object({}, closed),
          response: { 200: Request, ...problems(404, 409) },
        },
      },
      async ({ params: { id } }) => {
        const { signing } = signer();
        if (!(await signing.decide(id, state))) throw new Problem('not-found', `${id} waits for no certificate.`);
        await signing.settled(id);
        return requestOf(id);
      },
    );
  }

  app.post(
    '/api/v1/certificates/requests/:id/chain',
    {
      schema: {
        tags,
        summary: 'Hands over what another authority has signed for a charge point, and sends it',
        params: ofCsr,
        body: Type.Object(
          { chain: Type.String({ maxLength: 20_000, description: 'PEM: the leaf, then what signed it.' }) },
          closed,
        ),
        response: { 200: Request, ...problems(400, 404, 409) },
      },
    },
    async ({ params: { id }, body: { chain } }) => {
      const objection = await signer().signing.handOver(id, chain);
      if (objection !== null) throw new Problem('invalid-request', objection);
      return requestOf(id);
    },
  );

  app.post(
    '/api/v1/certificates/:id/revoke',
    {
      schema: {
        tags,
        summary: 'Takes a certificate of a charge point out of force, for ever; its connection ends',
        params: Type.Object({ id: Type.String({ description: 'The fingerprint.' }) }),
        body: Type.Object({}, closed),
        response: { 200: Issued, ...problems(404) },
      },
    },
    async ({ params: { id } }) => {
      const found = reader.issuedCertificate(id);
      if (found === null) throw new Problem('not-found', 'No certificate with this fingerprint was signed here.');
      const { chargePointId, fingerprint } = found;
      const at = instant(Date.now());
      await carryOut(controller, {
        type: 'note-certificate',
        event: { type: 'certificate-revoked', chargePointId, fingerprint, at },
      });
      const session = controller.lines.get(chargePointId)?.session;
      if (session?.securityProfile === 3) session.connection.close(1008, 'certificate revoked');
      return issuedView({ ...found, state: 'revoked' });
    },
  );

  app.post(
    '/api/v1/charge-points/:id/certificates/renew',
    {
      schema: {
        tags,
        summary: 'Has a charge point ask for a new certificate of its own',
        params: ById,
        body: Type.Object({}, closed),
        response: { 200: Type.Object({ status: text }), ...problems(404, 409, 422, 503, 504) },
      },
    },
    async ({ params: { id } }) => {
      signer();
      const payload = { requestedMessage: 'SignChargePointCertificate' };
      return { status: await send(id, 'ExtendedTriggerMessage', payload) };
    },
  );

  app.get(
    '/api/v1/charge-points/:id/certificates',
    {
      schema: {
        tags,
        summary:
          'Roots that a charge point last said that it holds, and the certificates of its own that were signed here',
        params: ById,
        response: { 200: Held, ...problems(404) },
      },
    },
    async ({ params: { id } }) => held(id),
  );

  app.post(
    '/api/v1/charge-points/:id/certificates/refresh',
    {
      schema: {
        tags,
        summary: 'Asks a charge point which roots it holds',
        params: ById,
        body: Type.Object({}, closed),
        response: { 200: Held, ...problems(404, 409, 422, 503, 504) },
      },
    },
    async ({ params: { id } }) => {
      await ask(id);
      return held(id);
    },
  );

  app.post(
    '/api/v1/charge-points/:id/certificates/install',
    {
      schema: {
        tags,
        summary: 'Gives a charge point a root: the one of this site where none is sent along',
        params: ById,
        body: Type.Object(
          { use: Use, certificate: Type.Optional(Type.String({ maxLength: 5_500, description: 'PEM.' })) },
          closed,
        ),
        response: { 200: Type.Object({ status: text }), ...problems(400, 404, 409, 422, 503, 504) },
      },
    },
    async ({ params: { id }, body: { use, certificate } }) => {
      const pem = certificate ?? signer().authority()?.roots;
      if (pem === undefined) throw new Problem('conflict', 'There is no authority here; an alert says why.');
      const status = await send(id, 'InstallCertificate', { certificateType: use, certificate: pem });
      await ask(id, [use]);
      return { status };
    },
  );

  app.post(
    '/api/v1/charge-points/:id/certificates/delete',
    {
      schema: {
        tags,
        summary: 'Takes a root from a charge point, named exactly as it has reported it',
        params: ById,
        body: Hash,
        response: { 200: Type.Object({ status: text }), ...problems(400, 404, 409, 422, 503, 504) },
      },
    },
    async ({ params: { id }, body }) => {
      const reported = reader.heldRoots(id).find(({ hashes }) => hashes.some((hash) => isSame(hash, body)));
      if (reported === undefined)
        throw new Problem('not-found', `${id} has reported no such root; refresh what it holds.`);
      const status = await send(id, 'DeleteCertificate', { certificateHashData: body });
      await ask(id, [reported.use]);
      return { status };
    },
  );

  async function send(chargePointId: string, action: string, payload: object): Promise<string> {
    const result = await carryOut(controller, { type: 'operate', chargePointId, action, payload });
    return result.kind === 'answered' ? String((result.payload as { status?: unknown }).status) : '';
  }

  async function ask(
    id: string,
    uses: readonly RootUse[] = ['CentralSystemRootCertificate', 'ManufacturerRootCertificate'],
  ): Promise<void> {
    for (const use of uses) await send(id, 'GetInstalledCertificateIds', { certificateType: use });
  }

  function held(id: string): Static<typeof Held> {
    if (reader.registration(id) === null) throw new Problem('not-found', `There is no charge point ${id}.`);
    return {
      held: reader.heldRoots(id).map(({ use, hashes, at }) => ({ use, certificates: hashes, at: utc(at) })),
      own: reader
        .issuedCertificates()
        .filter(({ chargePointId }) => chargePointId === id)
        .map(issuedView),
    };
  }

  function requestOf(id: string): Static<typeof Request> {
    const request = reader.signingRequest(id);
    if (request === null) throw new Problem('not-found', `${id} has asked for no certificate.`);
    return { ...request, at: utc(request.at) };
  }
}

const isSame = (a: CertificateHash, b: CertificateHash): boolean =>
  a.hashAlgorithm === b.hashAlgorithm &&
  a.issuerNameHash === b.issuerNameHash &&
  a.issuerKeyHash === b.issuerKeyHash &&
  a.serialNumber === b.serialNumber;
