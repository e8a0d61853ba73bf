/** Results as JUnit's XML, which test reporters read. */
import { diffText, type DocumentResult } from './report.ts';

/** Characters that XML 1.0 does not have are left out. */
const xml = (text: string): string =>
  text
    // oxlint-disable-next-line no-control-regex
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);

/** One suite a document, one case a command; a command that shows nothing is a case that passed, its output kept. */
export function junitText(results: readonly DocumentResult[]): string {
  let text = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="warren play">\n';
  for (const { name, steps } of results) {
    const failures = steps.filter((s) => s.outcome === 'differs').length;
    text += `  <testsuite name="${xml(name)}" tests="${steps.length}" failures="${failures}">\n`;
    for (const { step, outcome, comparisons, output, correction } of steps) {
      text += `    <testcase classname="${xml(name)}" name="${step.at}: ${xml(step.command)}">\n`;
      if (outcome === 'differs') {
        const diff = comparisons
          .filter((c) => !c.same)
          .map((c) => diffText(c.diff))
          .join('');
        const hint = correction === null ? '' : `hint: ${correction.command} (${correction.why})\n`;
        text += `      <failure message="the document shows something else">${xml(diff + hint)}</failure>\n`;
      }
      text += `      <system-out>${xml(output)}</system-out>\n    </testcase>\n`;
    }
    text += '  </testsuite>\n';
  }
  return `${text}</testsuites>\n`;
}
