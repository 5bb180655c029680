import { Emitter } from '../../base/disposable.ts';
import type { RunEvent, RunResult, StepState } from '../../operations/events.ts';
import { LogTail } from '../../operations/logs/lines.ts';
import type { Plan, Step } from '../../operations/types.ts';

/** Lines of live output kept for each step. */
const outputLines = 5_000;

/** One step of a run as it is shown. */
export interface ShownStep {
  readonly step: Step;
  readonly state: StepState;
}

/** What a run looks like while it goes on and after it has ended. Knows no editor. */
export class RunModel {
  readonly plan: Plan;
  private readonly states = new Map<string, StepState>();
  private readonly outputs = new Map<string, LogTail>();
  private readonly changed = new Emitter<string | undefined>();
  private ended: RunResult | undefined;
  private stopping = false;

  /** Fires with the id of the step that changed, or undefined for the run as a whole. */
  readonly onChange = this.changed.event;

  constructor(plan: Plan) {
    this.plan = plan;
  }

  get steps(): readonly ShownStep[] {
    return this.plan.steps.map((step) => ({
      step,
      state: this.states.get(step.id) ?? { kind: 'waiting' },
    }));
  }

  get result(): RunResult | undefined {
    return this.ended;
  }

  get cancelling(): boolean {
    return this.stopping && this.ended === undefined;
  }

  /** Steps that have ended, and all steps. */
  get progress(): { readonly ended: number; readonly all: number } {
    const ended = this.steps.filter(({ state }) => state.kind === 'ended').length;
    return { ended, all: this.plan.steps.length };
  }

  output(step: string): string {
    return this.outputs.get(step)?.text ?? '';
  }

  take(event: RunEvent): void {
    switch (event.kind) {
      case 'step':
        this.states.set(event.step.id, event.state);
        this.changed.fire(event.step.id);
        break;
      case 'output': {
        const tail = this.outputs.get(event.step.id) ?? new LogTail(outputLines);
        this.outputs.set(event.step.id, tail);
        tail.add(event.text);
        this.changed.fire(event.step.id);
        break;
      }
      case 'cancelling':
        this.stopping = true;
        this.changed.fire(undefined);
        break;
      case 'run-ended':
        this.ended = event.result;
        this.changed.fire(undefined);
        break;
      case 'run-started':
      case 'lock-taken-over':
        this.changed.fire(undefined);
        break;
    }
  }
}
