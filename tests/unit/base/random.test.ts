import { describe, expect, it } from 'vitest';
import { fillNormal, fillUniform, philox4x32, Random } from '../../../main/base/random.ts';

describe('philox4x32', () => {
  // Known answers of the authors' own library: Random123, kat_vectors, philox4x32 with 10 rounds.
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])('counter %j, key %j', (counter, key, expected) => {
    const block = Uint32Array.from(counter);
    philox4x32(block, key[0]!, key[1]!);
    expect([...block]).toEqual(expected);
  });
});

describe('sequences', () => {
  const key = { seed: 7, stream: 'test', index: 3 } as const;

  it('are a function of the key alone, whatever their length', () => {
    const long = new Float64Array(101);
    const short = new Float64Array(10);
    fillUniform(long, key);
    fillUniform(short, key);
    expect([...long.slice(0, 10)]).toEqual([...short]);
  });

  it('differ for another seed, stream or index, also where they exceed 32 bits', () => {
    const first = (k: Parameters<typeof fillUniform>[1]) => {
      const out = new Float64Array(1);
      fillUniform(out, k);
      return out[0];
    };
    const all = [
      key,
      { ...key, seed: 8 },
      { ...key, seed: 7 + 2 ** 32 },
      { ...key, index: 4 },
      { ...key, index: 3 + 2 ** 33 },
      { ...key, stream: 'noise' } as const,
    ];
    expect(new Set(all.map(first)).size).toBe(all.length);
  });

  it('of Gaussians have the moments of a Gaussian', () => {
    const n = 200_000;
    const z = new Float32Array(n);
    fillNormal(z, key);
    const moment = (power: number) => z.reduce((sum, value) => sum + value ** power, 0) / n;
    // Standard errors: 1/√n for the mean, √2/√n for the variance, √96/√n for the fourth moment; five of them.
    expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan((5 * Math.SQRT2) / Math.sqrt(n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan((5 * Math.sqrt(96)) / Math.sqrt(n));
  });

  it('fill a part of an array and leave the rest', () => {
    const whole = new Float32Array(7);
    const part = new Float32Array(12).fill(9);
    fillNormal(whole, key);
    fillNormal(part, key, 3, 10);
    expect([...part.slice(3, 10)]).toEqual([...whole]);
    expect([...part.slice(0, 3), ...part.slice(10)]).toEqual([9, 9, 9, 9, 9]);
  });
});

describe('Random', () => {
  it('shuffles evenly: every element reaches every place about equally often', () => {
    const random = new Random({ seed: 1, stream: 'test', index: 0 });
    const counts = Array.from({ length: 5 }, () => new Array<number>(5).fill(0));
    for (let i = 0; i < 5000; i++) random.permutation(5).forEach((element, place) => (counts[element]![place]! += 1));
    // 5,000 draws with p = 1/5: 1,000 ± 28; six standard deviations.
    for (const count of counts.flat()) expect(Math.abs(count - 1000)).toBeLessThan(170);
  });

  it('keeps integers and uniforms inside their ranges', () => {
    const random = new Random({ seed: 2, stream: 'test', index: 0 });
    for (let i = 0; i < 1000; i++) {
      expect(random.integer(3)).toBeLessThan(3);
      const u = random.uniform(-2, 5);
      expect(u > -2 && u < 5).toBe(true);
    }
  });
});
