import Type from 'typebox';
import { closed, pemFile } from './schema-parts.ts';

/** TLS for charge points: security profiles 2 and 3. */
export const tls = Type.Optional(
  Type.Object(
    {
      port: Type.Integer({
        minimum: 0,
        maximum: 65_535,
        default: 9443,
        description: 'TCP port for charge points that use TLS (wss://host:port/ocpp/{id}); 0 takes any free one.',
      }),
      certFile: pemFile(
        'PEM file with the certificate of this gateway and those that signed it; without it, the gateway is its own authority (section certificates).',
      ),
      keyFile: pemFile('PEM file with the key of that certificate.'),
      secondCertFile: pemFile(
        'The same for the other kind of key: OCPP wants one certificate with an elliptic curve and one with RSA.',
      ),
      secondKeyFile: pemFile('PEM file with the key of the second certificate.'),
      chargePointRootsFile: pemFile(
        'PEM file with the authorities that may sign certificates of charge points (profile 3); without it, the own authority alone.',
      ),
      only: Type.Boolean({
        default: false,
        description: 'Open no port without TLS: charge points of profiles 0 and 1 then stay out.',
      }),
    },
    { ...closed, description: 'TLS for charge points, beside the port without.' },
  ),
);
