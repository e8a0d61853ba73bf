/** This process's standard input, as the simulation reads it. */

/**
 * Chunks of standard input, one for each `next()`. It is opened when the first one is asked for, so a script that reads nothing leaves
 * it to whoever comes after. Ends at the end of input, and also when the descriptor cannot be read (closed, a directory).
 */
export async function* hostStdin(): AsyncGenerator<Uint8Array> {
  const { stdin } = process;
  stdin.pause();
  try {
    for await (const chunk of stdin) yield chunk as Uint8Array;
  } catch {
    // As an empty input: what reads it sees its end, and says so in its own words.
  }
}
