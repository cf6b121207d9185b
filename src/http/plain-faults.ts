import type { TLocalizedValidationError } from 'typebox/error';

/** What a schema finds wrong, in words that say what to write instead. */

export type Fault = { readonly path: string; readonly message: string };

/** Values that a message lists at most. */
const MAX_NAMED = 12;

/** Each fault once, in the order found, without those that only follow from another. */
export function plainFaults(errors: readonly TLocalizedValidationError[]): Fault[] {
  const told = errors.filter(({ keyword, params }) => {
    // A value that may be null says so beside what else is wrong with it.
    if (keyword === 'type' && params.type === 'null') return false;
    return keyword !== 'anyOf' && keyword !== 'additionalProperties';
  });
  return (told.length > 0 ? told : errors).map((error) => ({ path: error.instancePath, message: messageOf(error) }));
}

function messageOf(error: TLocalizedValidationError): string {
  switch (error.keyword) {
    case 'boolean':
      return 'is not known here';
    case 'required':
      return `lacks ${error.params.requiredProperties.join(', ')}`;
    case 'enum': {
      const { allowedValues } = error.params;
      const named = allowedValues.slice(0, MAX_NAMED).join(', ');
      return `must be one of: ${named}${allowedValues.length > MAX_NAMED ? ' and others' : ''}`;
    }
    case 'format':
      return error.params.format === 'date-time'
        ? 'must be a date and time with its zone, such as 2030-01-31T18:00:00Z'
        : error.message;
    case 'pattern':
      return String(error.params.pattern).includes('[0-5]')
        ? 'must be a time of day, such as 06:00 or 22:30'
        : error.message;
    case 'type':
      return `must be ${typeNames.get(String(error.params.type)) ?? error.params.type}`;
    default:
      return error.message;
  }
}

const typeNames = new Map([
  ['integer', 'a whole number'],
  ['number', 'a number'],
  ['string', 'text'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'an object'],
]);
