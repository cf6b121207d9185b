import Type from 'typebox';
import { MAX_TIER_NAME, MAX_TIERS } from '../domain/sharing-policy.ts';
import { rotations } from '../domain/site-model.ts';
import { amps, ampsPerPhase, closed, seconds, shortName, wattsTotal } from './schema-parts.ts';

/** The tree of circuits, what a connector is electrically, and how current is shared. */

const circuit = Type.Object(
  {
    id: shortName('Name of the circuit.'),
    parent: Type.Optional(shortName('The circuit that feeds it; the one without a parent is the grid connection.')),
    limitA: ampsPerPhase({ description: "The breaker's rated current, per phase." }),
    limitW: Type.Optional(wattsTotal({ description: 'The most power over all phases, where a contract counts it.' })),
    unbalanceA: Type.Optional(
      amps({ description: 'The most by which two phases may differ, such as 20 after VDE-AR-N 4100.' }),
    ),
    marginPercent: Type.Number({
      minimum: 0,
      maximum: 50,
      default: 5,
      unit: '%',
      description: 'Of the limit, kept free.',
    }),
    meter: Type.Optional(shortName('The meter that sees all that flows through it.')),
    reserveA: ampsPerPhase({
      default: 0,
      description:
        'What others on this circuit itself, not on those below it, may draw: counted on while no meter tells, and if this machine is gone.',
    }),
    creditGeneration: Type.Boolean({
      default: false,
      description: 'Let cars use what is generated below this circuit, beyond its limit towards the grid.',
    }),
  },
  { ...closed, description: 'One circuit.' },
);

/** Section `circuits`. */
export const circuits = Type.Array(circuit, {
  maxItems: 2000,
  default: [],
  description: 'The electrical circuits of the site and their limits; without any, balancing is off.',
});

/** Keys of a connector besides its number. */
export const connectorKeys = {
  ratedA: Type.Optional(
    amps({
      minimum: 1,
      description: 'Current per phase that the hardware draws when nobody limits it: its nameplate.',
    }),
  ),
  maxA: Type.Optional(
    amps({ minimum: 1, description: 'Highest current per phase to grant; without this, the rated one.' }),
  ),
  minA: amps({ minimum: 1, default: 6, description: 'Lowest current per phase at which cars charge.' }),
  rotation: Type.Enum([...rotations], {
    default: 'RST',
    description: 'Which phases of the grid stand at its L1, L2, L3: R, S, T are L1, L2, L3 of the grid.',
  }),
  phases: Type.Enum([1, 2, 3], { default: 3, description: 'How many of its phases are wired, the first so many.' }),
  floorA: Type.Union([Type.Enum(['auto']), Type.Number({ minimum: 0, maximum: 10_000, unit: 'A' })], {
    default: 'auto',
    unit: 'A',
    allowed: 'auto, 0, or a number of at least minA',
    description:
      'Current per phase that it keeps when nobody talks to it; auto: the minimum for all if it fits, else 0.',
  }),
  smartCharging: Type.Boolean({
    default: true,
    description: 'Whether it can be limited; false counts it with its rated current at all times.',
  }),
  dc: Type.Optional(
    Type.Object(
      {
        efficiency: Type.Number({
          minimum: 0.5,
          maximum: 1,
          default: 0.95,
          description: 'Power that reaches the car, of the power that is drawn.',
        }),
        minW: wattsTotal({ default: 5000, description: 'Least power at the car with which it charges.' }),
      },
      { ...closed, description: 'It charges with direct current; currents are still those of the supply.' },
    ),
  ),
};

/** Keys of a charge point that say where it hangs. */
export const chargePointKeys = {
  circuit: Type.Optional(shortName('The circuit that feeds it.')),
  supplyA: Type.Optional(
    amps({ minimum: 1, description: 'Breaker of the one supply that its sockets share, per phase.' }),
  ),
  selfLimitA: Type.Optional(
    amps({
      minimum: 1,
      description: 'What it keeps to by itself over all its sockets, also when nobody talks to it, per phase.',
    }),
  ),
};

/** Keys of the section `site` for its electricity. */
export const siteKeys = {
  unknownReserveA: amps({
    default: 0,
    description:
      'Current per phase that charge points may draw which are not described here, counted at the grid connection.',
  }),
  trustLearnedPhases: Type.Boolean({
    default: false,
    description: 'Count on it that a car goes on using only the phases that it was seen to use.',
  }),
};

const tierName = (description: string) => Type.String({ minLength: 1, maxLength: MAX_TIER_NAME, description });

/** Section `policy`. */
export const policy = Type.Object(
  {
    default: Type.Enum(['equal', 'first-come', 'deadline', 'surplus'], {
      default: 'equal',
      description:
        'How current is shared: alike, by arrival, by the time of departure, or only what is generated and not used.',
    }),
    tiers: Type.Array(tierName('One tier.'), {
      maxItems: MAX_TIERS,
      default: [],
      description: 'Names of tiers, the first comes first; a car without one is in the last.',
    }),
    tierOf: Type.Array(
      Type.Object(
        {
          tier: tierName('The tier.'),
          parentIdTag: Type.Optional(
            Type.String({ minLength: 1, maxLength: 20, description: 'Cards of this group are in it.' }),
          ),
          chargePoint: Type.Optional(
            Type.String({ minLength: 1, maxLength: 48, description: 'Cars at this charge point are in it.' }),
          ),
        },
        { ...closed, description: 'One rule; the first that fits counts.' },
      ),
      { maxItems: 1000, default: [], description: 'Who is in which tier.' },
    ),
    lease: Type.Union([Type.Enum(['auto']), Type.Integer({ minimum: 60, maximum: 43_200, unit: 's' })], {
      default: 'auto',
      unit: 's',
      allowed: 'auto, or a whole number from 60 to 43200',
      description: 'How long a grant holds without this machine before it steps down to the floor.',
    }),
    minOnS: seconds(0, 86_400, { default: 900, description: 'A car that charges is not paused sooner.' }),
    minOffS: seconds(0, 86_400, { default: 300, description: 'A car that is paused does not go on sooner.' }),
    rotationS: seconds(900, 86_400, {
      default: 900,
      description: 'How often cars take turns where not all of them get their minimum.',
    }),
    siteDefaultStayS: Type.Optional(
      seconds(60, 2_592_000, { description: 'How long a car stays that did not say when it leaves.' }),
    ),
    surplus: Type.Optional(
      Type.Object(
        {
          circuit: shortName('The circuit at whose meter the surplus is seen.'),
          keepA: amps({ default: 0, description: 'Of the surplus, left for others, per phase.' }),
        },
        { ...closed, description: 'Charging with what is generated and not used.' },
      ),
    ),
  },
  { ...closed, default: {}, description: 'How current is shared between cars.' },
);

export type CircuitFile = Type.Static<typeof circuit>;
