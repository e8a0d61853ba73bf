/** What is wrong with a filter expression, in libpcap's words. */
export class FilterError extends Error {
  override readonly name: string = 'FilterError';
}
