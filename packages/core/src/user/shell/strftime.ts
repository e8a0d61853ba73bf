/** strftime(3) in UTC and the C locale. */
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

const two = (n: number): string => String(n).padStart(2, '0');

/** @param seconds since the epoch */
export function strftime(format: string, seconds: number): string {
  const d = new Date(seconds * 1000);
  const year = d.getUTCFullYear();
  const yearDay = Math.floor((Date.UTC(year, d.getUTCMonth(), d.getUTCDate()) - Date.UTC(year, 0, 1)) / 86_400_000);
  const hour12 = d.getUTCHours() % 12 === 0 ? 12 : d.getUTCHours() % 12;
  const weekDay = d.getUTCDay();
  const iso = (): { year: number; week: number } => {
    const thursday = new Date(Date.UTC(year, d.getUTCMonth(), d.getUTCDate() + 4 - (weekDay === 0 ? 7 : weekDay)));
    const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
    return { year: thursday.getUTCFullYear(), week: Math.ceil(((thursday.getTime() - first) / 86_400_000 + 1) / 7) };
  };
  return format.replace(/%[-_0^#]?([A-Za-z%])/g, (all, c: string) => {
    switch (c) {
      case 'Y':
        return String(year);
      case 'C':
        return two(Math.floor(year / 100));
      case 'y':
        return two(year % 100);
      case 'm':
        return two(d.getUTCMonth() + 1);
      case 'd':
        return two(d.getUTCDate());
      case 'e':
        return String(d.getUTCDate()).padStart(2);
      case 'H':
        return two(d.getUTCHours());
      case 'k':
        return String(d.getUTCHours()).padStart(2);
      case 'I':
        return two(hour12);
      case 'l':
        return String(hour12).padStart(2);
      case 'M':
        return two(d.getUTCMinutes());
      case 'S':
        return two(d.getUTCSeconds());
      case 'p':
        return d.getUTCHours() < 12 ? 'AM' : 'PM';
      case 'P':
        return d.getUTCHours() < 12 ? 'am' : 'pm';
      case 'j':
        return String(yearDay + 1).padStart(3, '0');
      case 'a':
        return DAYS[weekDay]!.slice(0, 3);
      case 'A':
        return DAYS[weekDay]!;
      case 'b':
      case 'h':
        return MONTHS[d.getUTCMonth()]!.slice(0, 3);
      case 'B':
        return MONTHS[d.getUTCMonth()]!;
      case 'u':
        return String(weekDay === 0 ? 7 : weekDay);
      case 'w':
        return String(weekDay);
      case 'U':
        return two(Math.floor((yearDay + 7 - weekDay) / 7));
      case 'W':
        return two(Math.floor((yearDay + 7 - ((weekDay + 6) % 7)) / 7));
      case 'V':
        return two(iso().week);
      case 'G':
        return String(iso().year);
      case 's':
        return String(Math.floor(seconds));
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case 'z':
        return '+0000';
      case 'Z':
        return 'UTC';
      case 'F':
        return strftime('%Y-%m-%d', seconds);
      case 'T':
      case 'X':
        return strftime('%H:%M:%S', seconds);
      case 'R':
        return strftime('%H:%M', seconds);
      case 'r':
        return strftime('%I:%M:%S %p', seconds);
      case 'D':
      case 'x':
        return strftime('%m/%d/%y', seconds);
      case 'c':
        return strftime('%a %b %e %H:%M:%S %Y', seconds);
      case '%':
        return '%';
      default:
        return all;
    }
  });
}
