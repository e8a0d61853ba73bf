const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** ISO 8601's week and its year. */
function isoWeek(d: Date): { readonly week: number; readonly year: number } {
  const thursday = new Date(d);
  thursday.setUTCDate(d.getUTCDate() + 3 - ((d.getUTCDay() + 6) % 7));
  const year = thursday.getUTCFullYear();
  const first = Date.UTC(year, 0, 4);
  const monday = first - ((new Date(first).getUTCDay() + 6) % 7) * 86_400_000;
  return { week: Math.floor((thursday.getTime() - monday) / 604_800_000) + 1, year };
}

/**
 * Formats seconds since the epoch in the C locale and UTC.
 * @param ns nanoseconds beside the seconds, and what date(1) has beyond strftime(3) (`%N`, `%q`, `%:z`); null: without these
 */
export function strftime(format: string, seconds: number, ns: number | null = 0): string {
  const d = new Date(seconds * 1000);
  const year = d.getUTCFullYear();
  const hour = d.getUTCHours();
  const yday = Math.floor((seconds - Date.UTC(year, 0, 1) / 1000) / 86_400);
  const number = (n: number, width: number, fill: string, flag: string, given: string): string => {
    const pad = flag === '_' ? ' ' : flag === '0' ? '0' : fill;
    return flag === '-' ? String(n) : String(n).padStart(given === '' ? width : Number(given), pad);
  };
  return format.replace(
    /%([-_0^#+]*)(\d*)[EO]?(:{0,3}[A-Za-z%])/g,
    (all, flags: string, width: string, kind: string) => {
      const flag = /[-_0]/.exec(flags)?.[0] ?? '';
      const two = (n: number): string => number(n, 2, '0', flag, width);
      const spaced = (n: number): string => number(n, 2, ' ', flag, width);
      const text = (s: string): string => {
        const t = flags.includes('^') || (flags.includes('#') && kind !== 'Z') ? s.toUpperCase() : s;
        return t.padStart(Number(width), flag === '0' ? '0' : ' ');
      };
      if (ns === null && (kind === 'N' || kind === 'q' || kind.startsWith(':'))) return all;
      switch (kind) {
        case '%':
          return '%';
        case 'n':
          return '\n';
        case 't':
          return '\t';
        case 'Y':
          return number(year, 1, '0', flag, width);
        case 'C':
          return two(Math.floor(year / 100));
        case 'y':
          return two(year % 100);
        case 'm':
          return two(d.getUTCMonth() + 1);
        case 'd':
          return two(d.getUTCDate());
        case 'e':
          return spaced(d.getUTCDate());
        case 'H':
          return two(hour);
        case 'k':
          return spaced(hour);
        case 'I':
          return two(hour % 12 || 12);
        case 'l':
          return spaced(hour % 12 || 12);
        case 'M':
          return two(d.getUTCMinutes());
        case 'S':
          return two(d.getUTCSeconds());
        case 'N': {
          const digits = String(ns ?? 0).padStart(9, '0');
          return width === ''
            ? flag === '-'
              ? digits.replace(/0+$/, '')
              : digits
            : digits.slice(0, Number(width)).padEnd(Number(width), '0');
        }
        case 's':
          return number(seconds, 1, '0', flag, width);
        case 'p':
          return flags.includes('#') ? (hour < 12 ? 'am' : 'pm') : text(hour < 12 ? 'AM' : 'PM');
        case 'P':
          return text(hour < 12 ? 'am' : 'pm');
        case 'A':
          return text(DAYS[d.getUTCDay()]!);
        case 'a':
          return text(DAYS[d.getUTCDay()]!.slice(0, 3));
        case 'B':
          return text(MONTHS[d.getUTCMonth()]!);
        case 'b':
        case 'h':
          return text(MONTHS[d.getUTCMonth()]!.slice(0, 3));
        case 'j':
          return number(yday + 1, 3, '0', flag, width);
        case 'u':
          return number(d.getUTCDay() || 7, 1, '0', flag, width);
        case 'w':
          return number(d.getUTCDay(), 1, '0', flag, width);
        case 'U':
          return two(Math.floor((yday + 7 - d.getUTCDay()) / 7));
        case 'W':
          return two(Math.floor((yday + 7 - ((d.getUTCDay() + 6) % 7)) / 7));
        case 'V':
          return two(isoWeek(d).week);
        case 'G':
          return number(isoWeek(d).year, 1, '0', flag, width);
        case 'g':
          return two(isoWeek(d).year % 100);
        case 'q':
          return String(Math.floor(d.getUTCMonth() / 3) + 1);
        case 'Z':
          return flags.includes('#') ? 'utc' : text('UTC');
        case 'z':
          return '+0000';
        case ':z':
          return '+00:00';
        case '::z':
          return '+00:00:00';
        case ':::z':
          return '+00';
        case 'D':
          return text(strftime('%m/%d/%y', seconds));
        case 'F':
          return text(strftime('%Y-%m-%d', seconds));
        case 'T':
        case 'X':
          return text(strftime('%H:%M:%S', seconds));
        case 'R':
          return text(strftime('%H:%M', seconds));
        case 'r':
          return text(strftime('%I:%M:%S %p', seconds));
        case 'c':
          return text(strftime('%a %b %e %H:%M:%S %Y', seconds));
        case 'x':
          return text(strftime('%m/%d/%y', seconds));
        default:
          return all;
      }
    },
  );
}
