import { afterAll, beforeAll, expect, test } from 'vitest';
import { cases, testsOf } from './cases.ts';
import { createLeftBehind, type LeftBehind } from './left-behind.ts';
import { type Rig, startRig } from './rig.ts';
import { createTester, type Payload, type Tester } from './tester.ts';

/** What a case is played with: one charge point of its own, and the operator. */
export type Lab = {
  readonly charger: Tester;
  readonly operator: Rig['operator'];
  readonly leaves: LeftBehind;
  /** Where charge points connect, to append an id to. */
  readonly ocppUrl: string;
  readonly secureUrl: string;
  readonly root: string;
  /** The operator adds a card and gets its idTag, a new one each time. */
  card(fields?: Payload): Promise<string>;
  /**
   * The operator sends a message by hand; the charge point must get exactly that and answers; the answer must reach the
   * operator as it is. Returns the operation's id.
   */
  operate(action: string, payload: Payload, answer: Payload): Promise<string>;
};

export type Body = (lab: Lab) => Promise<void>;

const due = new Map(cases.flatMap(testsOf).map((each) => [each.title, each]));

let lastCard = 0;

/**
 * Starts the product before the tests of a file and stops it after them. Returns what declares the test of a case, by its
 * title in the table of cases; with a password the charge point is one of security profile 1.
 */
export function conformance(): (title: string, body: Body, password?: string) => void {
  const passwords = new Map<string, string>();
  let rig: Rig | null = null;
  beforeAll(async () => {
    rig = await startRig(passwords);
  });
  afterAll(() => rig?.stop());

  return (title, body, password) => {
    const known = due.get(title);
    if (known === undefined) throw new Error(`the table of cases has no test ${title}`);
    const chargePointId = title.replaceAll(/[^\w-]+/g, '-').replace(/-$/, '');
    if (password !== undefined) passwords.set(chargePointId, password);
    test(`${title} ${known.of.name}`, async () => {
      if (rig === null) throw new Error('the product does not run');
      const lab = createLab(rig, chargePointId, password ?? null);
      try {
        await body(lab);
      } finally {
        await lab.charger.disconnect();
      }
      expect(lab.charger.violations).toEqual([]);
    });
  };
}

function createLab({ ocppUrl, secureUrl, root, operator }: Rig, chargePointId: string, password: string | null): Lab {
  const charger = createTester(ocppUrl, chargePointId, password);
  return {
    charger,
    operator,
    ocppUrl,
    secureUrl,
    root,
    leaves: createLeftBehind(operator, chargePointId),
    async card(fields = {}) {
      const idTag = `CARD-${++lastCard}`;
      await operator.post('/tokens', { idTag, ...fields });
      return idTag;
    },
    async operate(action, payload, answer) {
      const [reply] = await Promise.all([
        operator.post(`/charge-points/${encodeURIComponent(chargePointId)}/operations/${action}`, payload),
        charger.expects(action, payload, answer),
      ]);
      expect(reply.json).toEqual(answer);
      return reply.location?.split('/').at(-1) ?? '';
    },
  };
}
