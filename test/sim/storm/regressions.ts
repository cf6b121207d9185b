/** Storms that have found something, with what it was: each is run with the tests for ever. */

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
];
