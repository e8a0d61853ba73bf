import type { Context } from './context.ts';
export async function doNeigh(ctx: Context, args: readonly string[]): Promise<number> { return 255; }
