import type { Controller } from '../controller/controller.ts';
import type { Command, CommandResult } from '../domain/commands.ts';
import { problemOf } from './problem.ts';

/** Carries out a command; throws the Problem that stands for whatever kept it from succeeding. */
export async function carryOut(controller: Controller, command: Command): Promise<Succeeded> {
  const result = await controller.execute(command);
  if (isSuccess(result)) return result;
  throw problemOf(result);
}

type Succeeded = Extract<CommandResult, { kind: 'done' | 'created' | 'imported' | 'answered' | 'composite-schedule' }>;

function isSuccess(result: CommandResult): result is Succeeded {
  return ['done', 'created', 'imported', 'answered', 'composite-schedule'].includes(result.kind);
}
