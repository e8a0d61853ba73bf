/** A document's commands, as they are to be typed. */
import type { Line } from './block.ts';

/** Lines of output that a document shows in one place. */
export interface Shown {
  readonly lines: readonly Line[];
  /** They end in `^C`: the reader is shown an interrupt. */
  readonly interrupted: boolean;
  /** Shown in a block of its own, later, as what that terminal shows by then. */
  readonly later: boolean;
}

export interface Step {
  /** Line of the command, from 1. */
  readonly at: number;
  /** Terminal it is typed into: a label, `Terminal 2`, or '' for the one that has no name. */
  readonly terminal: string;
  /** As typed; several lines when it continues. */
  readonly command: string;
  /** How many lines of the document it takes. */
  readonly height: number;
  readonly shown: readonly Shown[];
  /**
   * Paragraphs that follow in a text without fences: output with an empty line in it goes on there, so does the prose.
   * Which of the two it is shows when the real output is known.
   */
  readonly perhaps: readonly (readonly Line[])[];
}

/** A step while it is read. */
export interface DraftStep extends Step {
  terminal: string;
  /** Label and sign of its prompt: who speaks. '' in a script. */
  readonly prompt: { readonly label: string; readonly sign: '$' | '#' } | null;
  /** The document says which terminal, in a comment or a sentence. */
  readonly named: boolean;
  shown: Shown[];
  perhaps: Line[][];
}
