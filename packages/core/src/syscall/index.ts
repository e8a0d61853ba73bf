export * from './kernel.ts';
export * from './socket.ts';
export * from './error.ts';
