/** A run's averages as a person types them: `3 %` is a half-life of that share of the run, `0.9999` a rate; commas between them. */
import type { RunConfig } from '../../api/studio.ts';

type Averages = RunConfig['averages'];

const plain = (value: number): string => (Number.isNaN(value) ? '?' : String(Number(value.toPrecision(12))));

export const averagesText = (averages: Averages): string =>
  averages.map((each) => (each.kind === 'share' ? `${plain(100 * each.share)} %` : plain(each.rate))).join(', ');

/** What can not be read becomes NaN, which the schema refuses. */
export const parseAverages = (text: string): Averages =>
  text
    .split(/[,;]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) =>
      part.endsWith('%')
        ? { kind: 'share', share: numberIn(part.slice(0, -1)) / 100 }
        : { kind: 'rate', rate: numberIn(part) },
    );

const numberIn = (text: string): number => (text.trim() === '' ? NaN : Number(text));
