import type { Instrumented } from '../instrument.ts';

/** One command of a program. */
export interface Step {
  readonly text: string;
  /** What kind of command: `link.set.mtu`. Differences are grouped, and generation weighted, by it. */
  readonly kind: string;
  /** The choices that made it, for the weights: `addr.scope=link`. */
  readonly tags: readonly string[];
  /** Part of the connected topology a program starts from; on the real kernel it has to succeed. */
  readonly setup: boolean;
  /** What it prints has no order on Linux (hash tables): compare its lines sorted. */
  readonly unordered: boolean;
  /** Seconds until everything it set off has happened. A namespace dies in the background. */
  readonly settle: number;
}

/** A sequence of commands and the questions asked between them. */
export interface Program {
  readonly seed: number;
  readonly steps: readonly Step[];
  /** Arguments of `ip route get`, asked in every namespace. */
  readonly grid: readonly string[];
  /** Whom to ping from every namespace. */
  readonly targets: readonly string[];
}

/** One marked piece of the script: a step, or a question about the state after it. */
export interface Item {
  readonly kind: 'step' | 'state' | 'grid' | 'ping';
  /** The step it is, or that it comes after. */
  readonly step: number;
}

/** Which questions follow which steps. */
export type Plan = (step: number, program: Program) => readonly Item['kind'][];

export interface Rendered {
  readonly items: readonly Item[];
  readonly session: Instrumented;
}

/** The state of one namespace: one line of JSON each, by `ip -batch` in one process (3 ms instead of 15). */
export const STATE_COMMANDS: readonly string[] = [
  'link show',
  'addr show',
  'route show table all',
  'rule show',
  'neigh show',
];

/** After every step the state; routes asked for at every third; pings at every eighth; all three at both ends. */
export const usualPlan: Plan = (i, program) => {
  const { steps } = program;
  if (steps[i]!.setup && steps[i + 1]?.setup === true) return [];
  const end = i === steps.length - 1 || steps[i]!.setup;
  return ['state', ...(end || i % 3 === 0 ? ['grid' as const] : []), ...(end || i % 8 === 0 ? ['ping' as const] : [])];
};

/** One question, and only at the end: what a shrunk program is judged by first. Routes and pings are judged by the state they are asked in. */
export const endPlan =
  (kind: Item['kind']): Plan =>
  (i, program) =>
    kind === 'step' || i < program.steps.length - 1 ? [] : kind === 'state' ? [kind] : ['state', kind];

/** Every name a device of a program can get, but for those the script is refused. */
const DEVICES = ['lo', 'eth0', 'x-1', 'x.2', ...['e', 'v', 'w'].flatMap((c) => [0, 1, 2, 3, 4].map((n) => `${c}${n}`))];

/**
 * Whether a step may leave a change of carrier behind that nobody has acted upon. Linux works on these in one queue for the whole
 * machine, at once or up to a second later, by what happened in other namespaces (net/core/link_watch.c): until then a device has its
 * old state. Asking for one device by name makes it act upon that device's change now (rtnl_getlink, since 6.8), so it is asked for
 * each before anything else happens, and nothing is left to chance.
 */
const changesCarrier = (s: Step): boolean => / link (?:add|set) /.test(s.text);

/**
 * How long a patient ping waits for its answer to be allowed: a router says only once a second to one host that it knows no way
 * (net/ipv4/route.c:ip_error), or five times after five seconds of silence. So which of several hasty pings hears it is chance.
 */
const PATIENCE = { before: 5, between: 1.1 };

/** Pings run all at once, so who asks for whose MAC first is chance: the neighbours they leave are forgotten. */
const HELPERS = (
  program: Program,
): string => `m() { local s=$?; printf '\\036%d %d\\036' $1 $s; printf '\\036%d %d\\036' $1 $s >&2; }
cat > /tmp/state <<'EOF'
${STATE_COMMANDS.join('\n')}
EOF
cat > /tmp/grid <<'EOF'
${program.grid.map((g) => `route get ${g}`).join('\n')}
EOF
cat > /tmp/links <<'EOF'
${DEVICES.map((d) => `link show dev ${d}`).join('\n')}
EOF
carriers() {
  ip -force -batch /tmp/links
  for n in /run/netns/*; do ip -n \${n##*/} -force -batch /tmp/links; done
} > /dev/null 2>&1
state() {
  echo '@ .'; ip -j -d -force -batch /tmp/state
  for n in /run/netns/*; do n=\${n##*/}; echo "@ $n"; ip -n $n -j -d -force -batch /tmp/state; done
}
grid() {
  echo '@ .'; echo '@ .' >&2; ip -j -force -batch /tmp/grid
  for n in /run/netns/*; do n=\${n##*/}; echo "@ $n"; echo "@ $n" >&2; ip -n $n -j -force -batch /tmp/grid; done
}
pings() {
  rm -rf /tmp/p; mkdir -p /tmp/p
  sleep $1
  for n in /run/netns/*; do n=\${n##*/}; { for d in ${program.targets.join(' ')}; do
    { ip netns exec $n ping -n -c 1 -W 0.3 $d; echo "status $?"; } > /tmp/p/$n,$d 2>&1 &
    [ $2 = 0 ] || sleep $2
  done; wait; } & done
  wait
  for f in /tmp/p/*; do echo "@ \${f##*/}"; cat $f; done
  for n in /run/netns/*; do ip -n \${n##*/} neigh flush all; done 2>/dev/null
}
`;

/** The one script both sides run. Each item ends with a report that cutRun understands. @param patient the last pings take their time */
export function render(program: Program, plan: Plan, patient = false): Rendered {
  const items: Item[] = [];
  let script = HELPERS(program);
  const put = (item: Item, text: string): void => {
    script += `${text}\nm ${items.length}\n`;
    items.push(item);
  };
  program.steps.forEach((s, i) => {
    const slow = patient && i === program.steps.length - 1;
    const pings = slow ? `pings ${PATIENCE.before} ${PATIENCE.between}` : 'pings 0 0';
    put({ kind: 'step', step: i }, s.text);
    if (changesCarrier(s)) script += 'carriers\n';
    for (const [at, kind] of plan(i, program).entries()) {
      // The first question after a step waits until all is quiet.
      const text = `${at === 0 ? `sleep ${s.settle}; ` : ''}${kind === 'ping' ? pings : kind}`;
      put({ kind, step: i }, text);
    }
  });
  return {
    items,
    session: {
      script,
      commands: items.map((item, i) => ({
        line: i + 1,
        text: item.kind === 'step' ? program.steps[item.step]!.text : item.kind,
      })),
    },
  };
}
