/** Works out beside the line what today comes to, for organisations with rules about that, one after the other; the line only compares. */
import type { Cancel, Clock } from './clock.ts';
import { NotRecordingError, type Pipeline } from './pipeline-types.ts';

const LOOK_EVERY_MS = 10_000;

export interface ForecasterParts {
  clock: Clock;
  pipeline: Pick<Pipeline, 'committed' | 'alerts'>;
  log: { error(fields: object, message: string): void };
}

export interface Forecaster {
  /** Starts nothing more and waits for what is under way. */
  close(): Promise<void>;
}

export function createForecaster({ clock, pipeline, log }: ForecasterParts): Forecaster {
  let running: Promise<void> | null = null;
  let closed = false;

  const round = async (): Promise<void> => {
    try {
      await foretellAll();
    } catch (error) {
      log.error({ err: error }, 'something beside the line failed');
    }
  };
  const foretellAll = async (): Promise<void> => {
    for (const organisation of pipeline.alerts.forecastsDue()) {
      if (closed) return;
      try {
        const forecast = await pipeline.committed.reports(organisation)?.forecast();
        if (forecast && !closed) await pipeline.alerts.foretell(organisation, forecast);
      } catch (error) {
        // Nor could those of the others be recorded: all wait for the next round.
        if (error instanceof NotRecordingError) return;
        log.error({ err: error, organisation }, 'what the day comes to could not be worked out');
      }
    }
  };
  const look = (): void => {
    running ??= round().finally(() => {
      running = null;
    });
  };
  const stop: Cancel = clock.every(LOOK_EVERY_MS, look);
  look();

  return {
    async close() {
      closed = true;
      stop();
      await running;
    },
  };
}
