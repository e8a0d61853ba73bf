/** Signals, x86-64 numbers. signal(7), include/uapi/asm-generic/signal.h */

export const SIGHUP = 1;
export const SIGINT = 2;
export const SIGQUIT = 3;
export const SIGILL = 4;
export const SIGTRAP = 5;
export const SIGABRT = 6;
export const SIGBUS = 7;
export const SIGFPE = 8;
export const SIGKILL = 9;
export const SIGUSR1 = 10;
export const SIGSEGV = 11;
export const SIGUSR2 = 12;
export const SIGPIPE = 13;
export const SIGALRM = 14;
export const SIGTERM = 15;
export const SIGSTKFLT = 16;
export const SIGCHLD = 17;
export const SIGCONT = 18;
export const SIGSTOP = 19;
export const SIGTSTP = 20;
export const SIGTTIN = 21;
export const SIGTTOU = 22;
export const SIGURG = 23;
export const SIGXCPU = 24;
export const SIGXFSZ = 25;
export const SIGVTALRM = 26;
export const SIGPROF = 27;
export const SIGWINCH = 28;
export const SIGIO = 29;
export const SIGPWR = 30;
export const SIGSYS = 31;

// Other names of the same numbers
export const SIGIOT = 6;
export const SIGCLD = 17;
export const SIGPOLL = 29;

/** First and last real-time signal as glibc hands them out (32 and 33 are its own). */
export const SIGRTMIN = 34;
export const SIGRTMAX = 64;

const NAMES: readonly string[] = [
  '',
  'HUP',
  'INT',
  'QUIT',
  'ILL',
  'TRAP',
  'ABRT',
  'BUS',
  'FPE',
  'KILL',
  'USR1',
  'SEGV',
  'USR2',
  'PIPE',
  'ALRM',
  'TERM',
  'STKFLT',
  'CHLD',
  'CONT',
  'STOP',
  'TSTP',
  'TTIN',
  'TTOU',
  'URG',
  'XCPU',
  'XFSZ',
  'VTALRM',
  'PROF',
  'WINCH',
  'IO',
  'PWR',
  'SYS',
];

const TEXTS: readonly string[] = [
  '',
  'Hangup',
  'Interrupt',
  'Quit',
  'Illegal instruction',
  'Trace/breakpoint trap',
  'Aborted',
  'Bus error',
  'Floating point exception',
  'Killed',
  'User defined signal 1',
  'Segmentation fault',
  'User defined signal 2',
  'Broken pipe',
  'Alarm clock',
  'Terminated',
  'Stack fault',
  'Child exited',
  'Continued',
  'Stopped (signal)',
  'Stopped',
  'Stopped (tty input)',
  'Stopped (tty output)',
  'Urgent I/O condition',
  'CPU time limit exceeded',
  'File size limit exceeded',
  'Virtual timer expired',
  'Profiling timer expired',
  'Window changed',
  'I/O possible',
  'Power failure',
  'Bad system call',
];

/** A signal's name without `SIG`, as `kill -l N` prints it: `signalName(15)` is `TERM`; real-time ones count from the nearer end. Empty if there is none. */
export function signalName(n: number): string {
  if (n >= SIGRTMIN && n <= SIGRTMAX) {
    const mid = SIGRTMIN + 15;
    if (n === SIGRTMIN) return 'RTMIN';
    if (n === SIGRTMAX) return 'RTMAX';
    return n <= mid ? `RTMIN+${n - SIGRTMIN}` : `RTMAX-${SIGRTMAX - n}`;
  }
  return NAMES[n] ?? '';
}

/** The number of a signal named with or without `SIG`, in any case; -1 if there is none. */
export function signalNumber(name: string): number {
  const s = name.toUpperCase().replace(/^SIG/, '');
  if (s === '') return -1;
  if (s === 'IOT') return SIGIOT;
  if (s === 'CLD') return SIGCLD;
  if (s === 'POLL') return SIGPOLL;
  const rt = /^RT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(s);
  if (rt !== null) {
    const base = rt[1] === 'MIN' ? SIGRTMIN : SIGRTMAX;
    const off = Number(rt[3] ?? 0);
    const n = rt[2] === '-' ? base - off : base + off;
    return n >= SIGRTMIN && n <= SIGRTMAX ? n : -1;
  }
  return NAMES.indexOf(s);
}

/** glibc's description of a signal, as a shell prints it for a child that died: `strsignal(15)` is `Terminated`. @see strsignal(3) */
export function strsignal(n: number): string {
  if (n >= SIGRTMIN && n <= SIGRTMAX) return `Real-time signal ${n - SIGRTMIN}`;
  return n >= 1 && n <= 31 ? TEXTS[n]! : `Unknown signal ${n}`;
}
