import Type from 'typebox';
import { closed, pemFile } from './schema-parts.ts';

export const http = Type.Object(
  {
    host: Type.String({
      pattern: '^[0-9A-Za-z.:_-]{1,253}$',
      default: '127.0.0.1',
      allowed:
        'an IP address or host name of this machine; 127.0.0.1 for this machine alone, 0.0.0.0 for all its networks',
      description: 'Address of the HTTP interface. Until the first admin is made, only this machine itself is served.',
    }),
    port: Type.Integer({
      minimum: 0,
      maximum: 65535,
      default: 8080,
      description: 'TCP port of the HTTP interface; 0 takes any free one.',
    }),
    names: Type.Array(
      Type.String({
        pattern: '^[0-9A-Za-z]([0-9A-Za-z.-]{0,251}[0-9A-Za-z])?$',
        allowed: 'a host name, without port',
        description: 'One name.',
      }),
      {
        maxItems: 20,
        default: [],
        description:
          'Names under which browsers reach this machine, beside its own host name and its addresses; under any other it is not served.',
      },
    ),
    tls: Type.Optional(
      Type.Object(
        {
          certFile: pemFile(
            'PEM file with the certificate and those that signed it; without it, the gateway is its own authority (section certificates).',
          ),
          keyFile: pemFile('PEM file with the key of that certificate.'),
        },
        { ...closed, description: 'Serve HTTPS, and nothing else.' },
      ),
    ),
  },
  { ...closed, default: {}, description: 'The HTTP interface.' },
);
