/** Storms that have found something, with what it was: `npm run storm -- --regressions` plays them all, and the tests the first few. */

export type Regression = { readonly seed: number; readonly name: string };

export const regressions: readonly Regression[] = [
  {
    seed: 5,
    name: 'what rounding left over went from car to car: two of them were raised and lowered by half an ampere 75 times in a quarter of an hour',
  },
  {
    seed: 31,
    name: 'a limit was raised above what a yes-man drew, and that counted as if it had followed: what it could still draw was given to others',
  },
  {
    seed: 27,
    name: 'a yes-man that was granted its rating showed as much: with the end of that lease all that it could draw was given to others',
  },
  {
    seed: 121,
    name: 'one that went on charging after its transaction had ended counted with what that had been given, for ever, and was believed again after a restart',
  },
  {
    seed: 56,
    name: 'after a restart the controller forgot that a floor lay at the highest level: the defaults that it granted below it did nothing, and a car waited for ever',
  },
  {
    seed: 65,
    name: 'the same with a make that drops what comes while it is suspended, and is given defaults for that',
  },
  {
    seed: 104,
    name: 'the same after an older copy of the database',
  },
  {
    seed: 178,
    name: 'a floor that was never seen at rest had gone with the line, and was not said again: raises went to 95 of 80 A beside it',
  },
  {
    seed: 167,
    name: 'the judge counted the time before a car came as time in which it waited',
  },
  {
    seed: 198,
    name: 'the judge let the time run in which a charge point that charges without a transaction could not be heard',
  },
  {
    seed: 26,
    name: 'the judge took a charge point for known to lose its limits with its line before it had been there again to show it',
  },
  {
    seed: 85,
    name: 'the judge gave a car that charges without a transaction its time from the plug on, and not from its first current',
  },
  {
    seed: 90,
    name: 'the judge did not count a loss of power as one of the line',
  },
  {
    seed: 123,
    name: 'the judge added up what was said to both sockets: 46 limits, of which 25 renewed a short lease',
  },
  {
    seed: 140,
    name: 'the judge held a charge point to what it could draw before its first limit, while it was already held to its floor',
  },
];
