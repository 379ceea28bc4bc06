/** Settings of several values as a person types them, and what they come to. */
import type { RunConfig } from '../../api/studio.ts';
import { count, formatPlain } from '../../text/format.ts';

type Averages = RunConfig['averages'];
type Average = Averages[number];
type Table = Extract<Extract<RunConfig['objective'], { kind: 'consistency' }>['scaling'], { kind: 'table' }>['values'];

const plain = (value: number): string => (Number.isNaN(value) ? '?' : String(Number(value.toPrecision(12))));
/** Four digits of a share are enough: a thirtieth is `3.333`. */
const percent = (share: number): string => plain(Number((100 * share).toPrecision(4)));
const numberIn = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));
const parts = (text: string): string[] =>
  text
    .split(/[,;]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');

export const listText = (values: readonly number[]): string => values.map(plain).join(', ');

/** The numbers of a text like `1, 2, 4`; NaN for what is no number. */
export const parseList = (text: string): number[] =>
  text
    .split(/[,;\s]+/)
    .filter((part) => part !== '')
    .map(Number);

/** `3 %, 0.9999`: a half-life of that share of the run, and a rate. */
export const averagesText = (averages: Averages): string =>
  averages.map((each) => (each.kind === 'share' ? `${percent(each.share)} %` : plain(each.rate))).join(', ');

export const parseAverages = (text: string): Averages =>
  parts(text).map((part) =>
    part.endsWith('%')
      ? { kind: 'share', share: numberIn(part.slice(0, -1)) / 100 }
      : { kind: 'rate', rate: numberIn(part) },
  );

/** Steps after which half of what an average holds is newer. Rates of 0.99993 forget half in 9,902 steps. */
export const halfLife = (rate: number): number => (rate === 0 ? 0 : Math.log(0.5) / Math.log(rate));

/** Longer than this share of a run, and an average still holds much of the untrained model at the end (an eighth at a third). */
const tooLongShare = 1 / 3;

/** `Number 2 (0.9999) forgets half in 6,931 steps, longer than …` */
export function averagesMeaning(averages: Averages, steps: number | undefined): string[] {
  return averages.map((average, i) => {
    const name = averages.length === 1 ? 'It' : `${i + 1}. ${averagesText([average])}`;
    return `${name} ${forgets(average, steps)}`;
  });
}

function forgets(average: Average, steps: number | undefined): string {
  if (average.kind === 'share') {
    const share = `${percent(average.share)} % of the run`;
    return steps === undefined
      ? `forgets half in ${share}, however long that is.`
      : `forgets half in ${share}, ${count(Math.max(1, Math.round(average.share * steps)), 'step')}.`;
  }
  const life = halfLife(average.rate);
  if (!Number.isFinite(life)) return 'can not be an average.';
  const words = life < 1 ? 'forgets all but the latest step' : `forgets half in ${count(Math.round(life), 'step')}`;
  return steps !== undefined && life > tooLongShare * steps
    ? `${words}, which is too long for a run of ${count(steps, 'step')}: it would still show the untrained model. Write a share, as “3 %”.`
    : `${words}.`;
}

/** `11: 0.5, 41: 0.2` */
export const tableText = (table: Table): string =>
  table.map(({ levels, c }) => `${plain(levels)}: ${plain(c)}`).join(', ');

export const parseTable = (text: string): Table =>
  parts(text).map((part) => {
    const [levels = '', c = '', ...more] = part.split(':');
    return { levels: numberIn(levels), c: more.length > 0 ? Number.NaN : numberIn(c) };
  });

/** What happens between and before the entries. */
export function tableMeaning(table: Table): string[] {
  const sorted = table.toSorted((a, b) => a.levels - b.levels);
  const [first] = sorted;
  if (first === undefined || sorted.some(({ levels, c }) => Number.isNaN(levels) || Number.isNaN(c))) return [];
  return [
    ...sorted.map(({ levels, c }, i) =>
      i === 0
        ? `${formatPlain(c)} ${sorted.length === 1 ? 'throughout' : `below ${formatPlain(sorted[1]!.levels)} levels`}`
        : `${formatPlain(c)} from ${formatPlain(levels)} levels on`,
    ),
  ];
}
