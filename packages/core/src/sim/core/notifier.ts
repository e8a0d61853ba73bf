/** A list of callbacks called in order of registration. @see kernel/notifier.c */
export class Notifier<A extends unknown[]> {
  readonly #chain: ((...args: A) => void)[] = [];

  register(fn: (...args: A) => void): () => void {
    this.#chain.push(fn);
    return () => {
      const i = this.#chain.indexOf(fn);
      if (i >= 0) this.#chain.splice(i, 1);
    };
  }

  call(...args: A): void {
    for (const fn of this.#chain) fn(...args);
  }

  get empty(): boolean {
    return this.#chain.length === 0;
  }
}

/**
 * A place for one room's state in every `Net` (or every kernel): made when first asked for, so that a namespace costs
 * what it uses. @see include/net/netns/generic.h
 */
export interface Slot<Owner, T> {
  readonly id: number;
  readonly make: (owner: Owner) => T;
}

let slots = 0;

/** Declares a slot; module constants only. */
export function slot<Owner, T>(make: (owner: Owner) => T): Slot<Owner, T> {
  return { id: slots++, make };
}

/** The state in this owner's slot, made now if it was not. */
export function slotGet<Owner extends { readonly gen: unknown[] }, T>(owner: Owner, s: Slot<Owner, T>): T {
  const found = owner.gen[s.id];
  if (found !== undefined) return found as T;
  const made = s.make(owner);
  owner.gen[s.id] = made;
  return made;
}

/** The same without making it. */
export function slotPeek<Owner extends { readonly gen: unknown[] }, T>(owner: Owner, s: Slot<Owner, T>): T | undefined {
  return owner.gen[s.id] as T | undefined;
}
