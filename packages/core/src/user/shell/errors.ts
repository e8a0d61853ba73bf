/** How a script's flow leaves a command early. Plain objects: throwing one costs no stack trace. */

/** `break` and `continue`, `levels` loops up. */
export class LoopSignal {
  levels: number;
  readonly again: boolean;
  constructor(levels: number, again: boolean) {
    this.levels = levels;
    this.again = again;
  }
}

/** `return`. */
export class ReturnSignal {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}

/** `exit`, and errors that end the shell. */
export class ExitSignal {
  readonly status: number;
  /** The program was replaced (`exec`), or a trap is ending it already: no EXIT trap. */
  readonly quiet: boolean;
  constructor(status: number, quiet = false) {
    this.status = status;
    this.quiet = quiet;
  }
}

/** An error that abandons the line it is in; the script goes on with its next one. @see bash's DISCARD */
export class DiscardSignal {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}

/** An error in the expansion of a command's words, not reported yet. */
export class ShellError {
  /** Without the script's name and line. */
  readonly message: string;
  /** `line` abandons the line, `shell` the whole script. */
  readonly scope: 'command' | 'line' | 'shell';
  readonly status: number;
  constructor(message: string, scope: 'command' | 'line' | 'shell' = 'command', status = 1) {
    this.message = message;
    this.scope = scope;
    this.status = status;
  }
}
