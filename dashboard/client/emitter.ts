export type Stop = () => void;

/** Something that can be watched. The listener learns that there was a change, and reads what it needs. */
export interface Watchable {
  watch(listener: () => void): Stop;
}

export interface Emitter extends Watchable {
  emit(): void;
}

export function createEmitter(): Emitter {
  const listeners = new Set<() => void>();
  return {
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    emit() {
      for (const listener of listeners) listener();
    },
  };
}
