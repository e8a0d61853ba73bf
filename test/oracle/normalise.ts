/** Round trips longer than this were waited for (resolution, a route that had to come): how long then shows. */
const WAITED_MS = 250;

const MAC = '[0-9a-f]{2}(?::[0-9a-f]{2}){5}';
/** An IPv6 address in its shortest form whose interface identifier has `ff:fe` in the middle. RFC 4291 appendix A. */
const EUI64 =
  /(?<![0-9a-f:])((?:[0-9a-f]{1,4}:){4}|(?:[0-9a-f]{1,4}:){1,4}:)(?:([0-9a-f]{1,4}):)?([0-9a-f]{0,2})ff:fe([0-9a-f]{2}):([0-9a-f]{1,4})(?![0-9a-f:])/g;
/** The same as procfs writes it: 32 digits. */
const EUI64_HEX = /\b([0-9a-f]{16})([0-9a-f]{6})fffe([0-9a-f]{6})\b/g;

/** The MAC of six octets in hexadecimal digits whose first has the universal bit turned. */
const macOf = (digits: string): string => {
  const first = (Number.parseInt(digits.slice(0, 2), 16) ^ 2).toString(16).padStart(2, '0');
  return (first + digits.slice(2)).replace(/..(?=.)/g, '$&:');
};

/**
 * Names what cannot be equal in two runs: MACs a kernel drew, addresses made from them, times, inode numbers.
 * Each rule is one line with its reason; a rule must not hide anything a user would call wrong.
 */
export class Normaliser {
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<string, number>();
  readonly #script: string;

  /** @param script what was run: an address that stands in it was not drawn, and stays */
  constructor(script = '') {
    this.#script = script.toLowerCase();
  }

  /** The name of a value: `<mac1>`, `<mac2>` … by first appearance in this run. */
  #name(kind: string, value: string): string {
    const key = `${kind} ${value}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const n = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, n);
    const name = `<${kind}${n}>`;
    this.#names.set(key, name);
    return name;
  }

  /**
   * The name of a MAC as a kernel draws it: unicast and locally administered. Others stay, and so do those of scripts,
   * whether they write them out or count them from 02:00:00.
   * @see include/linux/etherdevice.h:eth_random_addr
   */
  #mac(mac: string): string | undefined {
    if (!/^[0-9a-f][26ae]/.test(mac) || mac.startsWith('02:00:00') || this.#script.includes(mac)) return undefined;
    return this.#name('mac', mac);
  }

  text(text: string): string {
    return (
      text
        // hardware addresses drawn by chance
        .replace(new RegExp(`(?<![0-9a-f:])${MAC}(?![0-9a-f:])`, 'g'), (m) => this.#mac(m) ?? m)
        // addresses made from them: an address of another MAC than its own device's shows, as `<mac2>` for `<mac1>`
        .replace(EUI64, (m, prefix: string, a = '', b: string, c: string, d: string) => {
          if (a === '' && !prefix.endsWith('::')) return m;
          const digits = a.padStart(4, '0') + b.padStart(2, '0') + c + d.padStart(4, '0');
          const name = this.#mac(macOf(digits));
          return name === undefined ? m : prefix + name;
        })
        .replace(EUI64_HEX, (m, prefix: string, a: string, b: string) => {
          const name = this.#mac(macOf(a + b));
          return name === undefined ? m : prefix + name;
        })
        // round-trip times in ping's own form, and its summary of them, if it can be one
        .split(/(?=^PING )/m)
        .map(pingTimes)
        .join('')
        // ping's own duration: a quarter of a second is a time-out more or less
        .replace(
          /(packet loss), time (\d+)ms/g,
          (_m, w: string, ms: string) => `${w}, time <${near(Number(ms), 250)}>ms`,
        )
        // traceroute's times: two blanks before, three digits behind the point
        .replace(/ {2}(\d+\.\d{3}) ms(?=$|[ ])/gm, (m, t: string) => tripTime(m, Number(t), '  ', ' '))
        // tracepath's and arping's: digits up against their unit. arping's own rounding adds half a millisecond
        .replace(/ {1,3}(\d+\.\d{3})ms(?=$|[ ])/gm, (m, t: string) => tripTime(m, Number(t), ' '))
        // dig, host: a query's number, how long it took, and when
        .replace(/(->>HEADER<<- .*, id: )\d+$/gm, '$1<id>')
        .replace(/^;; Query time: (\d{1,2}) msec$/gm, ';; Query time: <t> msec')
        .replace(/^;; WHEN: \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d UTC \d{4}$/gm, ';; WHEN: <date>')
        .replace(/^(Received \d+ bytes from \S+ in) \d{1,2} ms$/gm, '$1 <t> ms')
        // dhclient: pauses and the renewal are drawn
        .replace(/^(DHCPDISCOVER on .* interval) \d{1,2}$/gm, '$1 <n>')
        .replace(/^(bound to .* -- renewal in) \d+ seconds\.$/gm, '$1 <n> seconds.')
        // namespace inode numbers
        .replace(
          /\b(net|mnt|pid|uts|ipc|user|cgroup|time):\[(\d{10})\]/g,
          (_m, k: string, ino: string) => `${k}:[${this.#name('ino', ino)}]`,
        )
        // lifetimes count down while the script runs
        .replace(/\bexpires (\d+)sec\b/g, (_m, s: string) => `expires <${near(Number(s), 10)}>sec`)
    );
  }
}

const near = (value: number, step: number): number => Math.round(value / step) * step;

/** A time of a program that prints milliseconds with three digits. */
function tripTime(whole: string, ms: number, before: string, unit = ''): string {
  if (ms === 0) return whole;
  return `${before}${ms < WAITED_MS ? '<t>' : `<${near(ms, 500)}>`}${unit}ms`;
}

/** What one ping printed, with its times named: those of the replies, and the summary, if it is one of these replies. */
function pingTimes(text: string): string {
  const times: string[] = [];
  const named = text.replace(/time=(0\.\d{3}|[1-9]\.\d\d|[1-9]\d\.\d|[1-9]\d{2,4}) ms/g, (m, t: string) => {
    times.push(t);
    const ms = Number(t);
    if (ms === 0) return m;
    return ms < WAITED_MS ? 'time=<t> ms' : `time=<${near(ms, 500)}> ms`;
  });
  return named
    .replace(
      /^rtt min\/avg\/max\/mdev = (\d+\.\d{3})\/(\d+\.\d{3})\/(\d+\.\d{3})\/(\d+\.\d{3}) ms/gm,
      (m, ...four: string[]) => {
        if (!isSummary(four.slice(0, 4).map(Number), times)) return m;
        const max = Number(four[2]);
        return `rtt min/avg/max/mdev = ${max < WAITED_MS ? '<rtt>' : `<rtt to ${near(max, 500)}>`}`;
      },
    )
    .replace(/, ipg\/ewma (\d+)\.\d{3}\/(\d+)\.\d{3} ms$/gm, (m, ipg: string, ewma: string) =>
      Number(ipg) < WAITED_MS && Number(ewma) < WAITED_MS ? ', ipg/ewma <t>/<t> ms' : m,
    );
}

/**
 * Whether four numbers (ms) can be the least, the mean, the greatest and the deviation of something; and of these
 * times, when they were printed.
 *
 * @param times as printed: cut off after their third significant digit
 */
function isSummary([min, avg, max, mdev]: readonly number[], times: readonly string[]): boolean {
  if (!(min! > 0 && min! <= avg! && avg! <= max! && mdev! <= max! - min! + 0.001)) return false;
  if (times.length === 0) return true;
  const sorted = times.toSorted((a, b) => Number(a) - Number(b));
  return agrees(min!, sorted[0]!) && agrees(max!, sorted.at(-1)!);
}

/** Whether a time in the summary is one printed with fewer digits. */
function agrees(exact: number, printed: string): boolean {
  const unit = 10 ** -(printed.split('.')[1]?.length ?? 0);
  return Math.abs(exact - Number(printed)) <= unit;
}
