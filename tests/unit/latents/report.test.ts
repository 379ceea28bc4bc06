/** The one-page report: it says what is known, draws it where it belongs, and nothing in it can act or call out. */
import { describe, expect, it } from 'vitest';
import { boxesChart, histogramChart } from '../../../main/latents/report/charts.ts';
import { adjustedWords, reportPage } from '../../../main/latents/report/page.ts';
import type { Report } from '../../../main/latents/report/page.ts';
import { escaped, ticks } from '../../../main/latents/report/svg.ts';
import { unclosedTags } from '../../support/markup.ts';
import { channel, picture, positions, statistics } from '../renderer/features/outliers/samples.ts';

const nasty = '<img src=x onerror="alert(1)">\'&.png';
const image = 'data:image/png;base64,AAAA';
const untouched = { leftOut: 0, weighed: 0, reframed: 0, clipped: 0 };

const report = (change: Partial<Report> = {}): Report => ({
  ...{ project: 'Faces', version: '1.2.3', exportedAt: '2026-03-03T12:00:00.000Z', vae: 'starter', pictureSize: 16 },
  statistics: statistics(
    channel({ histogram: { from: -5, to: 5, counts: [1, 40, 3000, 20], below: 3, above: 0 } }),
    channel({ channel: 1 }),
  ),
  outliers: [],
  pictures: [
    picture({ source: '/home/ada/first.png' }),
    picture({ id: 'b', source: `/home/ada/${nasty}`, outerCount: 3 }),
  ],
  positions,
  adjusted: untouched,
  worst: [
    {
      row: picture({ source: '/home/ada/first.png' }),
      image,
      cells: [
        { row: 0, col: 1 },
        { row: 1, col: 2 },
      ],
    },
    { row: picture({ source: `/home/ada/${nasty}`, outerCount: 3, share: 0.25 }), image, cells: [] },
  ],
  ...change,
});
const withPixels = {
  pictures: 100,
  channels: [0, 1, 2].map((i) => channel({ channel: i, outerShare: 0, outlierCount: 0 })),
};

describe('the report', () => {
  it('has what to do, the facts, the worst pictures with their counts, and the statistics', () => {
    const page = reportPage(report({ encodedAt: '2026-03-02T12:00:00.000Z' }));
    expect(page).toContain('the Cauchy loss is the right choice');
    expect(page).toContain('100 pictures of 16 × 16 pixels · picture compressor (VAE) starter · 2 × 2 × 3 numbers');
    expect(page).toContain('The 2 worst of 2 pictures with values beyond the outer fences');
    expect(page).toMatch(/<strong>first\.png<\/strong>16 outliers<br>6\.3 %/);
    expect(page.split(`<image href="${image}"`)).toHaveLength(3);
    // Two marks on the first picture, each drawn light on dark.
    expect(page.match(/class="mark"/g)).toHaveLength(2);
    expect(page).toContain('3 below -5 and 0 above 5 are not drawn');
    expect(page).toMatch(/<th scope="row">Channel 2<\/th><td>4,000<\/td><td>0<\/td><td>1\.000<\/td>/);
    expect(page).toContain('1 place with an outlier in most pictures (dashed)');
    expect(page).not.toContain('Pixels and latents');
  });

  it('compares with the pixels once they were measured', () => {
    const page = reportPage(report({ pixels: withPixels }));
    expect(page).toContain('Pixels and latents on one scale');
    expect(page).toContain(
      '0 of 12,000 pixel values lie beyond the outer fences; of the latents 32 of 8,000 values do, 0.40 %.',
    );
    expect(page).toContain('<th scope="row">Pixels, green</th>');
  });

  it('says what was done about pictures', () => {
    expect(adjustedWords(untouched)).toBe('Nothing was done about single pictures.');
    expect(adjustedWords({ leftOut: 2, weighed: 1, reframed: 3, clipped: 9 })).toContain(
      '2 pictures left out, 3 pictures framed anew, 1 picture with less weight in training, latents of 9 pictures clipped',
    );
  });

  it('says of places what there is to say', () => {
    const places = (change: Partial<Report>) =>
      /<figcaption>Where in the latents (.*?)<\/figcaption>/.exec(reportPage(report(change)))?.[1];
    expect(places({})).toMatch(/stronger, the more pictures\. 1 place with an outlier in most pictures/);
    expect(places({ positions: { ...positions, habits: [] } })).toMatch(
      /more pictures\. No place has an outlier in most/,
    );
    expect(places({ positions: { ...positions, habits: [] }, worst: [], pictures: [] })).toBe(
      'values are beyond the outer fences. There are none.',
    );
  });

  it('leaves names inert, wherever they come from', () => {
    const page = reportPage(report({ project: '</title><script>alert(2)</script>', vae: '"><svg onload=x>' }));
    expect(page).toContain(escaped(nasty));
    expect(escaped(nasty)).toBe('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;&amp;.png');
    // What is in quotes is no markup.
    const bare = page.replaceAll(/"[^"]*"/g, '""');
    expect(bare).not.toMatch(/<script|<img|<iframe|<[a-z]+ [^>]*\son\w+=/i);
    expect(page).toContain('<title>Latents of &lt;/title&gt;&lt;script&gt;');
  });

  it('needs no network and allows none', () => {
    const page = reportPage(report({ pixels: withPixels }));
    expect(page).not.toMatch(/https?:|src="|url\(|@import|<link/i);
    expect(page.match(/href="(?!data:image\/png;base64,)/g)).toBeNull();
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
  });

  it('is well-formed: every tag is closed where it was opened', () => {
    expect(unclosedTags(reportPage(report({ pixels: withPixels })))).toEqual([]);
    expect(unclosedTags(reportPage(report({ worst: [], pictures: [] })))).toEqual([]);
    expect(unclosedTags('<p><b>x</p>')).not.toEqual([]);
  });
});

describe('charts of the report', () => {
  const attributes = (svg: string, kind: string) =>
    [...svg.matchAll(new RegExp(`<(?:rect|line) class="${kind}" ([^>]*)/>`, 'g'))].map(([, text]) =>
      Object.fromEntries([...text!.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name!, Number(value)])),
    );

  it('a histogram has bars as high as the logarithm of their counts, strong beyond the inner fences, none for empty bins', () => {
    const counts = [1, 0, 100, 10_000, 100, 0, 0, 10];
    const drawn = histogramChart(
      channel({
        innerFences: [-2.5, 2.5],
        outerFences: [-20, 20],
        histogram: { from: -4, to: 4, counts, below: 0, above: 0 },
      }),
      10_000,
    );
    const [near, far] = [attributes(drawn, 'near'), attributes(drawn, 'far')];
    expect([near.length, far.length]).toEqual([3, 2]);
    const decade = near[1]!['height']! - near[0]!['height']!;
    // From 100 to 10,000 it is as far as from 1 to 100, and twice as far as from 1 to 10.
    expect(near[0]!['height']! - far[0]!['height']!).toBeCloseTo(decade, 1);
    expect(far[1]!['height']! - far[0]!['height']!).toBeCloseTo(decade / 2, 1);
    // Fences that lie outside are not drawn.
    expect(attributes(drawn, 'inner')).toHaveLength(2);
    expect(attributes(drawn, 'outer')).toEqual([]);
    const [low] = attributes(drawn, 'inner');
    expect(low!['x1']).toBeCloseTo(26 + ((-2.5 + 4) / 8) * 212, 1);
  });

  it('boxes lie between the quartiles on one axis, with dots for the sample', () => {
    const box = channel({ min: -10, max: 10, q1: -1, q3: 3, outerFences: [-13, 15], outlierSample: [-10, 10, 9] });
    const drawn = boxesChart(
      [
        { name: 'Red', box },
        { name: 'Channel 1', box, isSecond: true },
      ],
      'Boxes',
      'Value',
    );
    const [first] = attributes(drawn, 'box main');
    const [left, right] = [62, 474];
    const place = (value: number) => left + ((value + 13.56) / 29.12) * (right - left);
    expect(first!['x']).toBeCloseTo(place(-1), 1);
    expect(first!['x']! + first!['width']!).toBeCloseTo(place(3), 1);
    expect(drawn.match(/<circle/g)).toHaveLength(6);
    expect(drawn).toContain('>Red</text>');
  });

  it('axes have round numbers, also where all values are the same', () => {
    expect(ticks(-0.7, 1.3, 4)).toEqual([-0.5, 0, 0.5, 1]);
    expect(ticks(2, 2, 4)).toEqual([2]);
    const flat = channel({
      min: 2,
      max: 2,
      q1: 2,
      q3: 2,
      median: 2,
      innerFences: [2, 2],
      outerFences: [2, 2],
      whiskers: [2, 2],
    });
    expect(boxesChart([{ name: 'a', box: flat }], 'x', 'y')).not.toContain('NaN');
  });
});
