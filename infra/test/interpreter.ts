import jsonata from 'jsonata';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';

type Json = any;

/** Stands for a task: answers, or throws a {@link TaskFailure}. */
export type Task = (state: string, argument: Json) => Json;

/** A task's failure under a name that Catch matches. */
export class TaskFailure extends Error {
  constructor(
    readonly error: string,
    readonly cause?: string,
  ) {
    super(error);
  }
}

/** How an execution ended, and the largest input or output that any state had, in bytes. */
export interface Outcome {
  status: 'SUCCEEDED' | 'FAILED';
  output?: Json;
  error?: string;
  cause?: string;
  visited: string[];
  largestBytes: number;
}

/**
 * Runs a definition of `statemachine/` with the reference engine of JSONata, as strictly as Step Functions: an
 * expression without a value is an error. Knows the states that vindex uses; never waits and never retries.
 */
export async function execute(name: string, input: Json, task: Task): Promise<Outcome> {
  const text = readFileSync(path.join(__dirname, '../../statemachine', `${name}.asl.json`), 'utf8');
  const run = new Run(JSON.parse(text.replaceAll('${MapConcurrency}', '10')), input, task);
  return run.outcome();
}

class Run {
  private readonly visited: string[] = [];
  private largestBytes = 0;
  private readonly variables: Record<string, Json> = {};

  constructor(
    private readonly definition: Json,
    private readonly input: Json,
    private readonly task: Task,
  ) {}

  async outcome(): Promise<Outcome> {
    const { visited } = this;
    const ended = await this.machine(this.definition, this.input, {}).then(
      (output) => ({ status: 'SUCCEEDED' as const, output }),
      (failure) => {
        if (!(failure instanceof TaskFailure)) throw failure;
        return { status: 'FAILED' as const, error: failure.error, cause: failure.cause };
      },
    );
    return { ...ended, visited, largestBytes: this.largestBytes };
  }

  private async machine(machine: Json, input: Json, context: Json): Promise<Json> {
    let name: string | undefined = machine.StartAt;
    let value = input;
    while (name) {
      const state: Json = machine.States[name];
      this.visited.push(name);
      this.measure(value);
      const step: { output: Json; next?: string } = await this.state(name, state, value, context);
      this.measure(step.output);
      value = step.output;
      name = step.next;
    }
    return value;
  }

  private measure(value: Json): void {
    this.largestBytes = Math.max(this.largestBytes, Buffer.byteLength(JSON.stringify(value)));
  }

  private async state(name: string, state: Json, input: Json, context: Json): Promise<{ output: Json; next?: string }> {
    const states = { input, context: { ...context, Execution: { Input: this.input }, State: { Name: name, RetryCount: 0 } } };
    try {
      const result = await this.result(name, state, states);
      const bound = { ...states, result };
      const output = 'Output' in state ? await this.evaluate(state.Output, bound) : (result ?? input);
      await this.assign(state, bound);
      return { output, next: await this.next(state, states) };
    } catch (failure) {
      if (!(failure instanceof TaskFailure) || state.Type === 'Fail') throw failure;
      const catcher = (state.Catch ?? []).find(({ ErrorEquals }: Json) =>
        ErrorEquals.some((listed: string) => listed === failure.error || listed === 'States.ALL'),
      );
      if (!catcher) throw failure;
      const errorOutput = { Error: failure.error, Cause: failure.cause };
      return { output: await this.evaluate(catcher.Output, { ...states, errorOutput }), next: catcher.Next };
    }
  }

  private async result(name: string, state: Json, states: Json): Promise<Json> {
    switch (state.Type) {
      case 'Task': {
        const argument = await this.evaluate(state.Arguments, states);
        this.measure(argument);
        return state.Resource.endsWith('lambda:invoke')
          ? { Payload: this.task(name, argument.Payload) }
          : this.task(name, argument);
      }
      case 'Map': {
        const items: Json[] = await this.evaluate(state.Items, states);
        const outputs = [];
        for (const Value of items) {
          const context = { ...states.context, Map: { Item: { Value } } };
          const input = await this.evaluate(state.ItemSelector, { ...states, context });
          outputs.push(await this.machine(state.ItemProcessor, input, context));
        }
        return outputs;
      }
      case 'Fail':
        throw new TaskFailure(await this.evaluate(state.Error, states), await this.evaluate(state.Cause, states));
      case 'Choice':
      case 'Pass':
      case 'Succeed':
      case 'Wait':
        return undefined;
      default:
        throw new Error(`${name}: states of type ${state.Type} are unknown here`);
    }
  }

  private async next(state: Json, states: Json): Promise<string | undefined> {
    for (const choice of state.Choices ?? []) {
      const holds = await this.evaluate(choice.Condition, states);
      if (typeof holds !== 'boolean') throw new Error(`not a boolean: ${choice.Condition}`);
      if (holds) return choice.Next;
    }
    return state.Default ?? state.Next;
  }

  private async assign(state: Json, states: Json): Promise<void> {
    for (const [variable, template] of Object.entries(state.Assign ?? {})) {
      this.variables[variable] = await this.evaluate(template, states);
    }
  }

  private async evaluate(template: Json, states: Json): Promise<Json> {
    if (typeof template === 'string' && template.startsWith('{%')) {
      const value = await jsonata(template.slice(2, -2)).evaluate(null, { states, ...this.variables });
      if (value === undefined) throw new Error(`States.QueryEvaluationError: no value: ${template}`);
      return JSON.parse(JSON.stringify(value));
    }
    if (Array.isArray(template)) return Promise.all(template.map((item) => this.evaluate(item, states)));
    if (template === null || typeof template !== 'object') return template;
    const entries = Object.entries(template).map(async ([key, item]) => [key, await this.evaluate(item, states)]);
    return Object.fromEntries(await Promise.all(entries));
  }
}
