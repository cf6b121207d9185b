/** How much is measured: enough for steady figures, or a quick look. */
export type Plan = {
  readonly closedLoop: { readonly rounds: number; readonly warmUpMessages: number; readonly messages: number };
  readonly paced: { readonly rounds: number; readonly warmUpMessages: number; readonly messages: number };
  readonly storms: number;
  readonly connected: number;
};

export const CHARGE_POINTS = 200;
export const PACED_MESSAGES_PER_S = 300;

export const fullPlan: Plan = {
  closedLoop: { rounds: 5, warmUpMessages: 24_000, messages: 50_000 },
  paced: { rounds: 3, warmUpMessages: 1_500, messages: 6_000 },
  storms: 5,
  connected: 1_000,
};

export const quickPlan: Plan = {
  closedLoop: { rounds: 2, warmUpMessages: 6_000, messages: 18_000 },
  paced: { rounds: 1, warmUpMessages: 600, messages: 2_400 },
  storms: 1,
  connected: 1_000,
};
