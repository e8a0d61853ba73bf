/** Whether four numbers (ms) can be the least, the mean, the greatest and the deviation of something. */
const isSummary = (t: readonly number[]): boolean =>
  t[0]! > 0 && t[0]! <= t[1]! && t[1]! <= t[2]! && t[2]! < 10_000 && t[3]! <= t[2]! - t[0]! + 0.001;

/**
 * Names what cannot be equal in two runs: MACs, link-locals made from them, times, inode numbers.
 * Each rule is one line with its reason; a rule must not hide anything a user would call wrong.
 */
export class Normaliser {
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<string, number>();

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

  text(text: string): string {
    return (
      text
        // random hardware addresses; all-zero, broadcast, multicast and those a script chose itself (02:00:00…) stay
        .replace(
          /\b(?!00:00:00:00:00:00|ff:ff:ff:ff:ff:ff|02:00:00|33:33|01:00:5e)[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b/g,
          (m) => this.#name('mac', m),
        )
        // link-local addresses made from random MACs (eui64 has ff:fe in it)
        .replace(/\bfe80::(?!ff:fe)[0-9a-f]{1,4}:[0-9a-f]{0,2}ff:fe[0-9a-f]{2}:[0-9a-f]{1,4}\b/g, (m) =>
          this.#name('ll', m),
        )
        // round-trip times in iputils' own form, above nothing and below a second; and ping's summary of them, if it can be one
        .replace(/time=(0\.\d{3}|[1-9]\.\d\d|[1-9]\d\.\d|[1-9]\d\d) ms/g, (m, t: string) =>
          Number(t) > 0 ? 'time=<t> ms' : m,
        )
        // … or seconds, when something had to be waited for: which then shows
        .replace(/time=([1-9]\d{3,4}) ms/g, (_m, t: string) => `time=<${Math.round(Number(t) / 500) * 500}> ms`)
        .replace(
          /^rtt min\/avg\/max\/mdev = (\d+\.\d{3})\/(\d+\.\d{3})\/(\d+\.\d{3})\/(\d+\.\d{3}) ms/gm,
          (m, ...four: string[]) => (isSummary(four.slice(0, 4).map(Number)) ? 'rtt min/avg/max/mdev = <rtt>' : m),
        )
        .replace(/, ipg\/ewma \d+\.\d{3}\/\d+\.\d{3} ms$/gm, ', ipg/ewma <t>/<t> ms')
        .replace(
          /(packet loss|% packet loss), time (\d+)ms/g,
          (_m, w: string, ms: string) => `${w}, time <${Math.round(Number(ms) / 250) * 250}>ms`,
        )
        // namespace inode numbers
        .replace(
          /\b(net|mnt|pid|uts|ipc|user|cgroup|time):\[\d+\]/g,
          (m, k: string) => `${k}:[${this.#name('ino', m)}]`,
        )
        // pids in the shell's own words
        .replace(/^\[(\d+)\] \d+$/gm, '[$1] <pid>')
        // running timers of leases and neighbours
        .replace(/"(used|confirmed|updated)":\d{1,3}\b/g, '"$1":<n>')
        .replace(/\bused \d{1,3}\/\d{1,3}\/\d{1,3}\b/g, 'used <n>/<n>/<n>')
        .replace(/\bexpires (\d+)sec\b/g, (_m, s: string) => `expires <${Math.round(Number(s) / 10) * 10}>sec`)
    );
  }
}
