import Type from 'typebox';
import { closed } from './schema-parts.ts';

const days = (fallback: number, maximum: number, description: string) =>
  Type.Integer({ minimum: 1, maximum, default: fallback, unit: 'days', description });

/** Who signs: certificates of this gateway, and of its charge points. */
export const certificates = Type.Object(
  {
    organization: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description:
          'Who runs the charge points (their key CpoName): certificates of charge points must be for it. Without it any is taken, and those of the gateway bear the name of the site.',
      }),
    ),
    names: Type.Array(
      Type.String({
        pattern: '^[0-9A-Za-z:]([0-9A-Za-z.:-]{0,251}[0-9A-Za-z])?$',
        allowed: 'a host name or an address, without port',
        description: 'One name.',
      }),
      {
        maxItems: 20,
        default: [],
        description:
          'Names and addresses under which charge points and browsers reach this gateway, the main one first; without any, its host name and addresses.',
      },
    ),
    approval: Type.Enum(['known', 'ask', 'never'], {
      default: 'known',
      description:
        'A charge point asks for a certificate: sign for those that are accepted and have proved who they are, and ask a person about the others; always ask; or sign nothing.',
    }),
    serverDays: days(90, 825, 'How long certificates of this gateway are good for; they are renewed by themselves.'),
    chargePointDays: days(365, 3_650, 'How long certificates of charge points are good for.'),
    authority: Type.Optional(
      Type.Object(
        {
          certFile: Type.String({
            minLength: 1,
            maxLength: 4096,
            description:
              'PEM file with the certificate that signs, and those above it. Relative to the folder of this file.',
          }),
          keyFile: Type.String({
            minLength: 1,
            maxLength: 4096,
            description: 'PEM file with its key (PKCS #8, without a passphrase). Relative to the folder of this file.',
          }),
        },
        { ...closed, description: 'An authority of your own in place of the one that the gateway makes for itself.' },
      ),
    ),
  },
  { ...closed, default: {}, description: 'Who signs certificates, with TLS.' },
);
